"""Ending what an access token opens, before the token ends by itself: on every entrance, at once."""

import contextlib

import pytest

from harness.dialects import DIALECTS, Rest, SocketIo, joined
from harness.http import call
from harness.people import group, login, person, register

KEY = "key-of-the-back-end"
FLAGS = {"api_key": KEY}
pytestmark = pytest.mark.database


@contextlib.asynccontextmanager
async def everywhere(user, chat):
    """The user's sockets and streams, one of each dialect."""
    async with joined(*(dialect(user, chat) for dialect in DIALECTS)) as clients:
        yield clients


async def closed(clients, code):
    for client in clients:
        ended = await client.inbox.closed(timeout=5)
        assert client.user and (isinstance(client, (Rest, SocketIo)) or ended == code), (client.inbox.owner, ended)


async def refused(user):
    for path in ("/api/auth/me", "/api/chats", "/api/v1/chats", "/api/v2/chats"):
        await user.call("GET", path, expect=401)


async def is_let_in(user):
    await user.call("GET", "/api/auth/me", expect=200)


async def test_logout_ends_the_access_tokens_of_its_family_and_no_others(server):
    anna = await register(server, "anna")
    chat = await group(anna)
    other = await login(server, anna.username)
    async with (
        everywhere(anna, chat) as clients,
        joined(*(dialect(other, chat) for dialect in DIALECTS[1:4])) as others,
    ):
        await anna.call("POST", "/api/auth/logout", {"refresh_token": anna.refresh}, expect=200)
        await closed(clients, 4401)
        await refused(anna)
        assert [client.inbox.ended for client in others] == [None] * len(others)
    await is_let_in(other)


async def test_a_refresh_token_alone_logs_out(server):
    anna = await register(server, "anna")
    chat = await group(anna)
    async with everywhere(anna, chat) as clients:
        await call(server, "POST", "/api/v2/auth/logout", {"refresh_token": anna.refresh}, expect=204)
        await closed(clients, 4401)
    await refused(anna)
    await call(server, "POST", "/api/auth/refresh", {"refresh_token": anna.refresh}, expect=401)
    for body in ({"refresh_token": anna.refresh}, {"refresh_token": "nonsense"}, {}, None):
        await call(server, "POST", "/api/auth/logout", body, expect=401)


async def test_an_access_token_alone_logs_out(server):
    anna = await register(server, "anna")
    await anna.call("POST", "/api/auth/logout", expect=200)
    await refused(anna)
    await call(server, "POST", "/api/auth/refresh", {"refresh_token": anna.refresh}, expect=401)


async def test_nobody_logs_out_somebody_else(server):
    anna, boris = await register(server, "anna"), await register(server, "boris")
    await boris.call("POST", "/api/auth/logout", {"refresh_token": anna.refresh}, expect=200)
    await is_let_in(anna)
    await refused(boris)


async def test_a_refresh_token_used_twice_ends_what_its_family_opened(server):
    anna = await register(server, "anna")
    chat = await group(anna)
    body = {"refresh_token": anna.refresh}
    renewed = person(server, await call(server, "POST", "/api/auth/refresh", body, expect=200))
    async with (
        everywhere(anna, chat) as clients,
        joined(*(dialect(renewed, chat) for dialect in DIALECTS[1:4])) as others,
    ):
        await call(server, "POST", "/api/auth/refresh", body, expect=401)
        await closed([*clients, *others], 4401)
    await refused(anna)
    await refused(renewed)


async def test_a_back_end_ends_all_tokens_until_now(server):
    anna = await register(server, "anna")
    chat = await group(anna)
    other = await login(server, anna.username)
    path, headers = f"/api/v2/server/users/{anna.uuid}/disconnect", {"X-Api-Key": KEY}
    await call(server, "POST", path, {}, headers=headers, expect=204)
    await is_let_in(anna)
    async with everywhere(anna, chat) as clients:
        await call(server, "POST", path, {"tokens": True}, headers=headers, expect=204)
        await closed(clients, 4403)
    await refused(anna)
    await refused(other)
    await is_let_in(await login(server, anna.username))
    body = {"refresh_token": other.refresh}
    await is_let_in(person(server, await call(server, "POST", "/api/auth/refresh", body, expect=200)))
    for wrong in ({"tokens": "yes"}, {"tokens": 1}):
        await call(server, "POST", path, wrong, headers=headers, expect=422)


async def test_what_was_ended_stays_ended_when_the_server_starts_again(new_server):
    server = new_server()
    anna, boris = await register(server, "anna"), await register(server, "boris")
    await call(server, "POST", "/api/auth/logout", {"refresh_token": anna.refresh}, expect=200)
    server.restart()
    await refused(anna)
    await is_let_in(boris)
