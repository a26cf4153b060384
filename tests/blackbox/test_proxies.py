"""Behind nginx and haproxy: every dialect, and each client by its own address."""

from dataclasses import replace

import aiohttp
import pytest

from harness import http
from harness.dialects import DIALECTS, fresh, joined
from harness.people import PASSWORD, register, room_of
from harness.proxies import KINDS, Proxy


@pytest.fixture(params=KINDS)
def proxied(request, new_server):
    server = new_server(trusted_proxy="127.0.0.1", rate_logins="1/3")
    with Proxy(request.param, server) as proxy:
        yield server, proxy


async def test_every_dialect_speaks_through_a_proxy(proxied):
    server, proxy = proxied
    people, chat = await room_of(server, len(DIALECTS))
    through = [replace(person, server=proxy) for person in people]
    async with joined(*(dialect(person, chat) for dialect, person in zip(DIALECTS, through, strict=True))) as clients:
        for speaker in clients:
            content = fresh()
            await speaker.message(content)
            for hearer in clients:
                if hearer is not speaker:
                    await hearer.next(lambda frame, content=content: content in str(frame))


async def test_the_owner_of_an_account_under_attack_gets_in(proxied):
    _, proxy = proxied
    anna = await register(proxy)

    async def login(password, client):
        body = {"username": anna.username, "password": password}
        return (await http.call(proxy, "POST", "/api/auth/login", body, headers={"X-Forwarded-For": client})).status

    assert 429 in [await login("guessed wrong", "203.0.113.66") for _ in range(8)]
    assert await login(PASSWORD, "198.51.100.7") == 200


async def test_a_client_that_makes_up_where_it_is_gains_nothing(proxied):
    _, proxy = proxied
    statuses = []
    # Another address of this machine, which is no trusted proxy's.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))) as session:
        for number in range(8):
            headers = {"X-Forwarded-For": f"203.0.113.{number}"}
            body = {"username": "anna", "password": "guessed wrong"}
            async with session.post(f"{proxy.url}/api/auth/login", json=body, headers=headers) as answer:
                statuses.append(answer.status)
    assert 429 in statuses, statuses


async def test_the_cookie_is_for_tls_only_behind_a_proxy_that_speaks_it(proxied):
    _, proxy = proxied
    body = {"username": "anna", "password": PASSWORD}
    answer = await http.call(proxy, "POST", "/api/auth/register", body, expect=201)
    assert "; Secure" in answer.headers["Set-Cookie"]
