"""People come with the log-in of their backend: a token in the manner of Sanctum, and Django's session in test_django.py."""

import asyncio
import time

import pytest
from test_endings import closed, everywhere

from harness.backend import Backend
from harness.backends.sanctum import Sanctum
from harness.certificates import certify
from harness.dialects import Multiplexed, Refused, Rest, joined
from harness.http import call
from harness.people import User, group


class Site:
    """A backend, its people, and the chat that asks it."""

    def __init__(self, new_server, every="1h"):
        self.sanctum = Sanctum()
        self.backend = Backend(self.sanctum.answer)
        self.start = lambda: new_server(introspect_url=self.backend.address("/api/user"), introspect_every=every)

    async def __aenter__(self):
        await self.backend.start()
        self.server = self.start()
        return self

    async def __aexit__(self, *_):
        if self.sanctum.ready:
            self.sanctum.ready.set()
        await self.backend.stop()

    async def person(self, number, name):
        token = self.sanctum.token(number, name)
        me = (await self.me(token, 200)).data
        return User(self.server, me["id"], me["uuid"], me["username"], me["name"], me["avatar"], token, "", "")

    async def me(self, token, expect):
        return await call(self.server, "GET", "/api/auth/me", token=token, expect=expect)


async def test_document_1_works_with_sanctum_s_tokens(new_server):
    async with Site(new_server) as site:
        anna, boris = await site.person(7, "Anna"), await site.person(8, "Boris")
        assert (anna.id, anna.name) == (7, "Anna")
        chat = await group(anna, boris)
        async with Rest(boris, chat) as rest:
            await rest.join()
            sent = await anna.call("POST", f"/api/chats/{chat.id}/messages", {"content": "Привет"}, expect=200)
            assert (await rest.next("message"))["data"]["id"] == sent.data["id"]
        polled = await boris.call("GET", f"/api/chats/{chat.id}/poll?last_message_id=0", expect=200)
        assert "Привет" in polled.text
        async with Multiplexed(None, None) as socket:
            await socket.open("/ws", token=anna.token, server=site.server)
            assert (await socket.next("connected"))["user_id"] == 7
        assert site.sanctum.asked == 2, "one question for each credential"
        for path in ("register", "login"):
            await call(site.server, "POST", f"/api/auth/{path}", {"username": "a", "password": "12345678"}, expect=403)


async def test_who_is_nobody_there_is_nobody_here(new_server):
    async with Site(new_server) as site:
        token = site.sanctum.token(7, "Anna")
        for wrong in ("1|wrong", "2|" + token.split("|")[1], "x", token + "x", "1|"):
            await site.me(wrong, 401)
            with pytest.raises(Refused) as told:
                await Multiplexed(None, None).open("/ws", token=wrong, server=site.server)
            assert told.value.status == 401
        await call(site.server, "GET", "/api/auth/me", expect=401)
        asked = site.sanctum.asked
        await site.me("x", 401)
        assert site.sanctum.asked == asked, "that was said a moment ago"
        await site.me(token, 200)


async def test_a_backend_that_says_nothing_lets_nobody_in(new_server):
    async with Site(new_server) as site:
        known, new = site.sanctum.token(7, "Anna"), site.sanctum.token(8, "Boris")
        await site.me(known, 200)
        site.sanctum.ready = asyncio.Event()
        began, asked = time.monotonic(), site.sanctum.asked
        answers = await asyncio.gather(*(site.me(new, 503) for _ in range(20)))
        assert time.monotonic() - began < 10
        assert {answer.body["code"] for answer in answers} == {"UNAVAILABLE"}
        assert site.sanctum.asked == asked + 1, "identical questions at once are asked once"
        with pytest.raises(Refused) as told:
            await Multiplexed(None, None).open("/ws", token=new, server=site.server)
        assert told.value.status == 503
        site.sanctum.ready.set()
        await site.backend.stop()
        await site.me(new, 503)
        await site.me(known, 200)
        await site.backend.start()
        await site.me(new, 200)


async def test_sockets_renew_themselves_with_the_backend_s_tokens(new_server):
    async with Site(new_server) as site:
        anna = await site.person(7, "Anna")
        again, other = site.sanctum.token(7, "Anna"), site.sanctum.token(8, "Boris")
        async with joined(Multiplexed(anna, await group(anna))) as (socket,):
            for token in (other, "1|wrong"):
                await socket.send({"type": "auth", "token": token})
                assert (await socket.next("error"))["code"] == "UNAUTHORIZED"
            site.sanctum.ready = asyncio.Event()
            await socket.send({"type": "auth", "token": again})
            assert (await socket.next("error"))["code"] == "UNAVAILABLE"
            site.sanctum.ready.set()
            asked = site.sanctum.asked
            await socket.send({"type": "auth", "token": again})
            await socket.message("still here")
            assert site.sanctum.asked == asked + 1
            assert socket.inbox.heard[-1]["type"] != "error"


async def test_who_logs_out_there_is_put_out_here(new_server):
    async with Site(new_server, every="1s") as site:
        anna, boris = await site.person(7, "Anna"), await site.person(8, "Boris")
        chat = await group(anna, boris)
        async with everywhere(anna, chat) as clients, joined(Multiplexed(boris, chat)) as (stays,):
            await site.backend.stop()
            asked = site.sanctum.asked
            # Longer than two looks: a backend that is away puts nobody out.
            await asyncio.sleep(2.5)
            await asyncio.gather(*(client.message("still here") for client in clients[:2]))
            await site.backend.start()
            site.sanctum.revoke(anna.token)
            await closed(clients, 4401)
            await stays.message("so am I")
            assert site.sanctum.asked > asked
        await site.me(anna.token, 401)


async def test_a_backend_proves_who_it_is(new_server, tmp_path, monkeypatch):
    pair = certify(tmp_path, "backend", "127.0.0.1")
    sanctum = Sanctum()
    token = sanctum.token(7, "Anna")
    async with Backend(sanctum.answer, pair) as backend:
        address = backend.address("/api/user")
        stranger = new_server(introspect_url=address)
        await call(stranger, "GET", "/api/auth/me", token=token, expect=503)
        assert sanctum.asked == 0 and token not in stranger.log()
        monkeypatch.setenv("SSL_CERT_FILE", pair.certificate)
        server = new_server(introspect_url=address)
        await call(server, "GET", "/api/auth/me", token=token, expect=200)
