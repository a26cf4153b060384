"""Suspension: whoever is suspended is put out of everything at once, and their log-ins outlive it."""

import asyncio

import pytest

from harness.dialects import DIALECTS, Multiplexed, SocketIo, joined
from harness.http import call
from harness.inbox import kind
from harness.people import PASSWORD, group, login, register, register_many

KEY = "key-of-the-back-end"
FLAGS = {"api_key": KEY}
pytestmark = pytest.mark.database


async def suspend(server, user, method="PUT", body=None, expect=200):
    path = f"/api/v2/server/users/{user.uuid}/suspension"
    return await call(server, method, path, body, headers={"X-Api-Key": KEY}, expect=expect)


async def test_who_is_suspended_goes_and_comes_back_with_the_same_credentials(server):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    clients = [dialect(anna, chat) for dialect in DIALECTS]
    async with joined(*clients), joined(Multiplexed(boris, chat)) as (other,):
        answer = await suspend(server, anna, body={"reason": "spam"})
        assert answer.data == {"user": anna.uuid, "until": None, "reason": "spam"}
        for client in clients:
            await client.inbox.closed()
            if isinstance(client, SocketIo):
                assert "error" in [kind(frame) for frame in client.inbox.heard]
        assert other.inbox.ended is None
        for headers in ({"Authorization": f"Bearer {anna.token}"}, {"Cookie": f"sessionid={anna.cookie}"}):
            refused = await call(server, "GET", "/api/auth/me", headers=headers, expect=403)
            assert refused.body["code"] == "FORBIDDEN"
        credentials = {"username": anna.username, "password": PASSWORD}
        await call(server, "POST", "/api/auth/login", credentials, expect=403)
        await call(server, "POST", "/api/auth/refresh", {"refresh_token": anna.refresh}, expect=403)
        await boris.call("POST", f"/api/chats/{chat.id}/messages", {"content": "hi"}, expect=200)
        await suspend(server, anna, "DELETE", expect=204)
        await suspend(server, anna, "DELETE", expect=204)
        await anna.call("GET", "/api/auth/me", expect=200)
        await call(server, "GET", "/api/auth/me", headers={"Cookie": f"sessionid={anna.cookie}"}, expect=200)
        await login(server, anna.username)
        await call(server, "POST", "/api/auth/refresh", {"refresh_token": anna.refresh}, expect=200)
        async with joined(*(dialect(anna, chat) for dialect in DIALECTS)):
            pass


async def test_a_suspension_ends_by_itself(server):
    anna = await register(server)
    answer = await suspend(server, anna, body={"seconds": 2})
    assert answer.data["until"] and answer.data["reason"] == ""
    await anna.call("GET", "/api/auth/me", expect=403)
    for _ in range(600):
        if (await anna.call("GET", "/api/auth/me")).status == 200:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it does not end")


async def test_what_is_no_suspension(server):
    anna = await register(server)
    for body in ({"seconds": 0}, {"seconds": 10**9}, {"seconds": "1"}, {"reason": "x" * 501}, {"reason": 1}):
        await suspend(server, anna, body=body, expect=422)
    await anna.call("GET", "/api/auth/me", expect=200)
    path = "/api/v2/server/users/63686174-0001-8000-8000-0000000f4240/suspension"
    await call(server, "PUT", path, {}, headers={"X-Api-Key": KEY}, expect=404)
    await call(server, "PUT", path, {}, expect=401)
