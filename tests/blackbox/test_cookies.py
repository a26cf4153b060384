"""What a cookie opens, and from where."""

import pytest

from harness import ids
from harness.dialects import Bare, Multiplexed, Refused, Room, joined
from harness.frames import error
from harness.http import call
from harness.people import group, login, register, register_many
from harness.shapes import same


class TestCookies:
    """`Origin` guards what a cookie opens; a token needs no guard."""

    @staticmethod
    def cookie(user, origin=None):
        headers = {"Cookie": f"theme=dark; sessionid={user.cookie}"}
        return headers | ({"Origin": origin} if origin else {})

    async def test_a_cookie_opens_every_socket_from_its_own_origin(self, server):
        anna = await register(server, "anna")
        chat = await group(anna)
        headers = self.cookie(anna, server.url)
        for dialect, path in [(Room, f"/ws/chat/{chat.id}/"), (Multiplexed, "/ws"), (Bare, f"/chat/{chat.id}")]:
            async with await dialect(anna, chat).open(path, token=None, headers=headers):
                pass

    @pytest.mark.parametrize("origin", [None, "https://evil.example", "null"])
    async def test_a_cookie_from_elsewhere_is_refused(self, server, origin):
        anna = await register(server, "anna")
        chat = await group(anna)
        headers = self.cookie(anna, origin)
        for dialect, path in [(Room, f"/ws/chat/{chat.id}/"), (Multiplexed, "/ws"), (Bare, f"/chat/{chat.id}")]:
            with pytest.raises(Refused) as refused:
                await dialect(anna, chat).open(path, token=None, headers=headers)
            assert (refused.value.status, refused.value.body["code"]) == (403, "FORBIDDEN")
        body = {"content": "forged"}
        answer = await call(server, "POST", f"/api/chats/{chat.id}/messages", body, headers=headers, expect=403)
        same(answer.body, error(1, "FORBIDDEN"))

    async def test_reading_with_a_cookie_needs_no_origin(self, server):
        anna = await register(server, "anna")
        answer = await call(server, "GET", "/api/auth/me", headers=self.cookie(anna), expect=200)
        assert answer.data["id"] == anna.id

    async def test_writing_with_a_cookie_from_the_own_origin(self, server):
        anna = await register(server, "anna")
        chat = await group(anna)
        headers = self.cookie(anna, server.url)
        path = f"/api/chats/{chat.id}/messages"
        await call(server, "POST", path, {"content": "mine"}, headers=headers, expect=200)

    async def test_where_a_token_comes_too_the_token_counts(self, server):
        anna, boris = await register_many(server, 2)
        headers = self.cookie(anna, "https://evil.example")
        answer = await call(server, "GET", "/api/auth/me", headers=headers, token=boris.token, expect=200)
        assert answer.data["id"] == boris.id
        async with await Multiplexed(boris, None).open("/ws", headers=headers) as client:
            assert (await client.next("connected"))["user_id"] == boris.id

    async def test_allowed_origins(self, new_server):
        server = new_server(allowed_origin="https://app.example")
        anna = await register(server, "anna")
        chat = await group(anna)
        headers = self.cookie(anna, "https://app.example")
        async with await Room(anna, chat).open(f"/ws/chat/{chat.id}/", token=None, headers=headers):
            pass
        with pytest.raises(Refused):
            headers = self.cookie(anna, "https://app.example.evil.example")
            await Room(anna, chat).open(f"/ws/chat/{chat.id}/", token=None, headers=headers)

    async def test_logout_closes_what_the_cookie_opened(self, server):
        anna = await register(server, "anna")
        chat = await group(anna)
        headers = self.cookie(anna, server.url)
        by_cookie = await Room(anna, chat).open(f"/ws/chat/{chat.id}/", token=None, headers=headers)
        async with by_cookie, joined(Multiplexed(anna, chat)) as (by_token,):
            await call(server, "POST", "/api/auth/logout", {}, headers=headers, expect=200)
            assert await by_cookie.inbox.closed() == 4401
            await by_token.send({"type": "ping"})
            await by_token.next("pong")
        await call(server, "GET", "/api/auth/me", headers=headers, expect=401)

    async def test_login_gives_a_cookie_of_its_own(self, server):
        anna = await register(server, "anna")
        again = await login(server, anna.username)
        assert again.cookie and again.cookie != anna.cookie


class TestCors:
    async def test_a_preflight_allows_any_origin_without_credentials(self, server):
        wanted = {
            "Origin": "https://app.example",
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, content-type, idempotency-key, x-requested-with",
        }
        answer = await call(server, "OPTIONS", f"/api/v2/chats/{ids.uuid(ids.CHAT, 1)}", headers=wanted)
        assert answer.status in (200, 204)
        assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://app.example")
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        assert all(name in allowed for name in wanted["Access-Control-Request-Headers"].split(", "))

    async def test_answers_to_tokens_allow_any_origin(self, server):
        anna = await register(server, "anna")
        for path in ("/api/chats", "/api/v1/chats", "/api/v2/chats"):
            answer = await anna.call("GET", path, headers={"Origin": "https://app.example"}, expect=200)
            assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://app.example")
            assert "Access-Control-Allow-Credentials" not in answer.headers
