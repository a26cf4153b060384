"""Registering, logging in, staying logged in, and who is let in."""

import asyncio

import pytest

from harness.dialects import Bare, Multiplexed, Refused, Rest, Room, Roulette, SocketIo, joined
from harness.frames import error
from harness.http import call
from harness.people import PASSWORD, group, login, new_name, register, register_many
from harness.shapes import INTEGER, MILLIS, SECONDS, TEXT, USER_UUID, same

PREFIXES = [("/api", 1), ("/api/v1", 4), ("/api/v2", 5)]


def rest_error(prefix, code):
    if prefix == "/api":
        return error(1, code)
    return {"code": code, "message": TEXT, "timestamp": SECONDS}


def tokens(prefix, username, name, avatar=""):
    user = {"username": username, "name": name, "avatar": avatar}
    faces = {"id": INTEGER, "uuid": USER_UUID} if prefix == "/api" else {"id": USER_UUID, "int_id": INTEGER}
    return {
        "user": user | faces,
        "access_token": TEXT,
        "refresh_token": TEXT,
        "token_type": "Bearer",
        "expires_in": INTEGER,
    }


@pytest.mark.parametrize("prefix, number", PREFIXES)
async def test_register_login_refresh_me_logout(server, prefix, number):
    username = new_name("Anna")
    body = {"username": username, "password": PASSWORD, "name": "Анна", "avatar": "https://example.org/a.png"}
    shape = tokens(prefix, username, "Анна", "https://example.org/a.png")
    registered = await call(server, "POST", f"{prefix}/auth/register", body, expect=201)
    same(registered.body, shape)
    assert registered.body["expires_in"] == 24 * 3600
    cookie = [line for line in registered.headers.getall("Set-Cookie") if line.startswith("sessionid=")][0]
    attributes = {part.strip().split("=")[0].lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite", "path"} <= attributes and "secure" not in attributes
    assert "samesite=lax" in cookie.lower()

    again = {"username": username.upper(), "password": PASSWORD}
    taken = await call(server, "POST", f"{prefix}/auth/register", again, expect=409)
    same(taken.body, rest_error(prefix, "CONFLICT"))
    entered = await call(server, "POST", f"{prefix}/auth/login", again, expect=200)
    same(entered.body, shape)
    assert entered.body["user"] == registered.body["user"]

    refresh = {"refresh_token": entered.body["refresh_token"]}
    renewed = await call(server, "POST", f"{prefix}/auth/refresh", refresh, expect=200)
    same(renewed.body, shape)
    assert renewed.body["refresh_token"] != entered.body["refresh_token"]

    me = await call(server, "GET", f"{prefix}/auth/me", token=renewed.body["access_token"], expect=200)
    wrapped = {"data": shape["user"]} | ({"status": "success"} if prefix == "/api" else {})
    same(me.body, wrapped)

    gone = await call(
        server,
        "POST",
        f"{prefix}/auth/logout",
        {"refresh_token": renewed.body["refresh_token"]},
        token=renewed.body["access_token"],
        expect=200 if prefix == "/api" else 204,
    )
    assert gone.body == ({"status": "success"} if prefix == "/api" else None)
    late = {"refresh_token": renewed.body["refresh_token"]}
    refused = await call(server, "POST", f"{prefix}/auth/refresh", late, expect=401)
    same(refused.body, rest_error(prefix, "UNAUTHORIZED"))


async def test_one_token_is_good_under_every_prefix(server):
    anna = await register(server, "anna")
    for prefix, _ in PREFIXES:
        answer = await call(server, "GET", f"{prefix}/auth/me", token=anna.token, expect=200)
        assert answer.data["username"] == anna.username
    mine = (await call(server, "GET", "/api/v1/auth/me", token=anna.token)).data
    assert (mine["id"], mine["int_id"]) == (anna.uuid, anna.id)


async def test_a_name_and_an_avatar_are_not_needed(server):
    username = new_name("anna")
    body = {"username": username, "password": PASSWORD}
    answer = await call(server, "POST", "/api/auth/register", body, expect=201)
    same(answer.body, tokens("/api", username, username))


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"username": "good.name"},
        {"username": "", "password": PASSWORD},
        {"username": "x" * 33, "password": PASSWORD},
        {"username": "with space", "password": PASSWORD},
        {"username": "at@home", "password": PASSWORD},
        {"username": "good.name", "password": "short"},
        {"username": "good.name", "password": "x" * 129},
        {"username": 7, "password": PASSWORD},
        {"username": "good.name", "password": 12345678},
    ],
    ids=str,
)
async def test_what_is_no_account(server, body):
    for prefix, _ in PREFIXES:
        answer = await call(server, "POST", f"{prefix}/auth/register", body, expect=422)
        same(answer.body, rest_error(prefix, "INVALID_DATA"))


async def test_a_wrong_password_and_a_wrong_name_look_the_same(server):
    anna = await register(server, "anna")
    bodies = [
        {"username": anna.username, "password": "wrong password"},
        {"username": new_name("nobody"), "password": PASSWORD},
    ]
    answers = [await call(server, "POST", "/api/auth/login", body, expect=401) for body in bodies]
    assert answers[0].body == answers[1].body
    same(answers[0].body, error(1, "UNAUTHORIZED", message="wrong username or password"))


async def test_a_refresh_token_used_twice_revokes_its_family(server):
    anna = await register(server, "anna")
    other = await login(server, anna.username)
    second = await call(server, "POST", "/api/auth/refresh", {"refresh_token": anna.refresh}, expect=200)
    await call(server, "POST", "/api/auth/refresh", {"refresh_token": anna.refresh}, expect=401)
    family = {"refresh_token": second.body["refresh_token"]}
    await call(server, "POST", "/api/auth/refresh", family, expect=401)
    # Another login is another family.
    await call(server, "POST", "/api/auth/refresh", {"refresh_token": other.refresh}, expect=200)


async def test_two_refreshes_at_once_give_one_pair(server):
    anna = await register(server, "anna")
    body = {"refresh_token": anna.refresh}
    answers = await asyncio.gather(*(call(server, "POST", "/api/auth/refresh", body) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]


@pytest.mark.parametrize("token", [None, "nonsense", "a.b.c"])
async def test_without_a_good_token(server, token):
    for prefix, _ in PREFIXES:
        for path in ("/auth/me", "/chats"):
            answer = await call(server, "GET", prefix + path, token=token, expect=401)
            same(answer.body, rest_error(prefix, "UNAUTHORIZED"))


@pytest.mark.parametrize("dialect", [Rest, Bare, Multiplexed, Room, Roulette])
@pytest.mark.parametrize("token", [None, "nonsense"])
async def test_a_handshake_without_a_good_token(server, dialect, token):
    anna = await register(server, "anna")
    chat = await group(anna)
    with pytest.raises(Refused) as refused:
        anna.token = token or ""
        path = {Bare: f"/chat/{chat.id}", Multiplexed: "/ws", Room: f"/ws/chat/{chat.id}/", Roulette: "/api/v1/ws"}
        if dialect is Rest:
            await Rest(anna, chat).join()
        else:
            await dialect(anna, chat).open(path[dialect], token=token)
    assert refused.value.status == 401
    assert refused.value.body["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("auth", [{"token": "nonsense"}, {}, {"token": 7}], ids=str)
async def test_socket_io_accepts_complains_and_disconnects(server, auth):
    anna = await register(server, "anna")
    client = SocketIo(anna, None)
    await client.open(auth=auth)
    await client.inbox.closed()
    complaint = {"code": "UNAUTHORIZED", "message": "Invalid token", "timestamp": SECONDS}
    same(client.inbox.heard, [{"event": "error", "data": complaint}])


async def test_a_handshake_to_a_room_that_is_not_mine(server):
    anna, stranger = await register_many(server, 2)
    chat = await group(anna)
    for dialect in (Rest, Bare, Room, Roulette):
        with pytest.raises(Refused) as refused:
            await dialect(stranger, chat).join()
        assert (refused.value.status, refused.value.body["code"]) == (403, "FORBIDDEN"), dialect
        chat_that_is_none = type(chat)(chat.id + 1_000_000, [])
        with pytest.raises(Refused) as refused:
            await dialect(anna, chat_that_is_none).join()
        assert (refused.value.status, refused.value.body["code"]) == (404, "CHAT_NOT_FOUND"), dialect


class TestExpiry:
    async def test_a_socket_is_told_and_closed(self, new_server):
        server = new_server(access_token_ttl="4")
        anna = await register(server, "anna")
        chat = await group(anna)
        clients = [Multiplexed(anna, chat), Room(anna, chat), Roulette(anna, chat), Bare(anna, chat)]
        io, stream = SocketIo(anna, chat), Rest(anna, chat)
        async with joined(*clients, io, stream):
            for client in clients:
                assert await client.inbox.closed() == 4401
            same(clients[0].inbox.heard[-1], error(2, "UNAUTHORIZED"))
            same(clients[1].inbox.heard[-1], error(3, "UNAUTHORIZED"))
            same(clients[2].inbox.heard[-1], error(4, "UNAUTHORIZED", chat_id=chat.uuid))
            await io.inbox.closed()
            last = io.inbox.heard[-1]
            assert (last["event"], last["data"]["code"]) == ("error", "UNAUTHORIZED")
            await stream.inbox.closed()
        with pytest.raises(Refused):
            await Multiplexed(anna, chat).join()
        await call(server, "GET", "/api/auth/me", token=anna.token, expect=401)

    async def test_who_renews_in_time_stays(self, new_server):
        server = new_server(access_token_ttl="4")
        anna, boris = await register_many(server, 2)
        chat = await group(anna, boris)
        async with joined(Multiplexed(anna, chat), SocketIo(anna, chat), Multiplexed(boris, chat)) as clients:
            multi, io, left = clients
            renewed = await call(server, "POST", "/api/auth/refresh", {"refresh_token": boris.refresh}, expect=200)
            await multi.send({"type": "auth", "token": renewed.body["access_token"]})
            same(await multi.next("error"), error(2, "UNAUTHORIZED"))
            # Renewed a second later than the first token, and by a third one in the end.
            while left.inbox.ended is None:
                body = {"refresh_token": anna.refresh}
                fresh = (await call(server, "POST", "/api/auth/refresh", body, expect=200)).body
                anna.refresh = fresh["refresh_token"]
                await multi.send({"type": "auth", "token": fresh["access_token"]})
                same(await io.call("auth:refresh", {"token": fresh["access_token"]}), {"status": "ok"})
                sync = (await io.next("sync:required"))["data"]
                while sync["reason"] == "connection_established":
                    sync = (await io.next("sync:required"))["data"]
                same(sync, {"user_id": anna.uuid, "reason": "token_refresh", "timestamp": MILLIS})
                await asyncio.wait([left.reader], timeout=1)
            assert left.inbox.ended == 4401
            await multi.message("still here")
            assert (await io.next("chat:message:new"))["data"]["content"] == "still here"


async def test_logins_are_limited(new_server):
    server = new_server(rate_logins="1/5")
    anna = await register(server, "anna")
    wrong = {"username": anna.username, "password": "wrong password"}
    statuses = []
    while 429 not in statuses and len(statuses) < 40:
        answer = await call(server, "POST", "/api/auth/login", wrong)
        statuses.append(answer.status)
    assert statuses[-1] == 429, statuses
    same(answer.body, error(1, "RATE_LIMIT"))
    assert int(answer.headers["Retry-After"]) >= 1
    assert set(statuses[:-1]) == {401}


async def test_no_token_and_no_password_in_the_log(new_server):
    server = new_server()
    anna = await register(server, "anna")
    chat = await group(anna)
    async with joined(Multiplexed(anna, chat), Rest(anna, chat), SocketIo(anna, chat)):
        pass
    await call(server, "GET", f"/api/chats/{chat.id}/stream?token={anna.token}x")
    log = server.log()
    for secret in (anna.token, anna.refresh, anna.cookie, PASSWORD):
        assert secret not in log
