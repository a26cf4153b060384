"""Behind nginx and haproxy: every dialect, and each client by its own address."""

from dataclasses import replace

import aiohttp
import pytest

from harness import http
from harness.certificates import certify
from harness.dialects import DIALECTS, fresh, joined
from harness.people import PASSWORD, register, room_of
from harness.proxies import KINDS, TO_ONE, Proxy


@pytest.fixture(params=KINDS)
def proxied(request, new_server):
    server = new_server(trusted_proxy="127.0.0.1", rate_logins="1/3")
    with Proxy(request.param, server) as proxy:
        yield server, proxy


@pytest.mark.parametrize("kind", TO_ONE)
async def test_every_dialect_speaks_through_a_proxy_with_tls(kind, new_server, tmp_path, monkeypatch):
    pair = certify(tmp_path, "proxy", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", pair.certificate)
    server = new_server(trusted_proxy="127.0.0.1")
    with Proxy(kind, server, pair) as proxy:
        await every_dialect(server, proxy)
        body = {"username": "anna", "password": PASSWORD}
        answer = await http.call(proxy, "POST", "/api/auth/register", body, expect=201)
        assert "; Secure" in answer.headers["Set-Cookie"]


async def test_a_proxy_that_passes_everything_on_says_who_comes(new_server):
    """By the PROXY protocol, which counts from trusted proxies alone."""
    server = new_server(trusted_proxy="127.0.0.1", rate_logins="1/3")
    with Proxy("haproxy-tcp", server) as proxy:
        anna = await register(proxy)

        async def login(password, source):
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(source, 0))) as session:
                body = {"username": anna.username, "password": password}
                async with session.post(f"{proxy.url}/api/auth/login", json=body) as answer:
                    return answer.status

        assert 429 in [await login("guessed wrong", "127.0.0.2") for _ in range(8)]
        assert await login(PASSWORD, "127.0.0.3") == 200
    stranger = new_server()
    with Proxy("haproxy-tcp", stranger) as proxy:
        answer = await http.call(proxy, "GET", "/healthz")
        assert answer.status == 400, "nobody trusts it"


async def test_every_dialect_speaks_through_a_proxy(proxied):
    await every_dialect(*proxied)


async def every_dialect(server, proxy):
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
