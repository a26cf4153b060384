"""Sessions of Socket.IO of which nobody knows whose they are: bounded, whatever they say."""

import json

from harness import http
from harness.engine import Address
from harness.people import register

MOST = 20


async def test_sessions_with_bad_tokens_are_bounded_and_keep_nobody_out(new_server):
    server = new_server(max_strangers=MOST)
    address = Address(f"127.0.0.1:{server.port}", "socket.io")
    address.http = http.session()
    anna = await register(server)
    known = await connected(address, anna.token)
    assert "chat" in known.greeting or "connected" in known.greeting, known.greeting
    refused = [await connected(address, "made up") for _ in range(3 * MOST)]
    assert all("UNAUTHORIZED" in session.greeting for session in refused), refused[0].greeting
    there = [session for session in refused if await is_there(session)]
    assert len(there) <= MOST, f"{len(there)} refused sessions are kept"
    assert await is_there(known)


async def connected(address, token):
    """A polling session after its CONNECT and the first answers to it."""
    session = await address.open()
    await session.post("40" + json.dumps({"token": token}))
    session.greeting = ""
    while "error" not in session.greeting and "connected" not in session.greeting and "sync" not in session.greeting:
        status, text = await session.poll()
        assert status == 200, text
        session.greeting += text
    return session


async def is_there(session):
    status, _ = await session.post("3")
    return status == 200
