"""Whoever opens a connection and does not get on with it is not waited for longer than ten seconds."""

import asyncio
import contextlib
import time

from harness.people import register

MANY = 200
# Ten seconds, and what a busy machine adds.
SOON = 16


async def ends(server, first, drop=b""):
    """How long it takes until the server hangs up on who says this, then a little every half second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    began = time.monotonic()
    writer.write(first)

    async def drip():
        while drop:
            await asyncio.sleep(0.5)
            writer.write(drop)

    dripping = asyncio.ensure_future(drip())
    try:
        await asyncio.wait_for(reader.read(), 60)
    except ConnectionError:
        pass
    finally:
        dripping.cancel()
        writer.close()
    return time.monotonic() - began


async def test_nobody_holds_a_connection_by_doing_nothing_or_little(server):
    anna = await register(server, "anna")
    head = f"POST /api/chats HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {anna.token}\r\n"
    body = f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode()
    chunked = f"{head}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n".encode()
    kinds = {
        "silent": ends(server, b""),
        "headers": ends(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-", b"x"),
        "body": ends(server, body, b" "),
        "chunks": ends(server, chunked, b"1\r\n \r\n"),
        "answered": ends(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
        "socket.io": ends(server, body.replace(b"/api/chats", b"/socket.io/?EIO=4&transport=polling"), b" "),
    }
    many = [ends(server, b"") for _ in range(MANY)] + [ends(server, b"GET / HTTP/1.1\r\nX-", b"x") for _ in range(MANY)]
    took = await asyncio.gather(*kinds.values(), *many)
    assert {kind: round(took) for kind, took in zip(kinds, took, strict=False) if took > SOON} == {}
    assert max(took[len(kinds) :]) < SOON
    # Who is slow, but not that slow, is answered.
    assert min(took[:2]) > 8


async def test_a_message_that_drips_is_not_waited_for(server):
    """One that ends in time is heard, however slowly it came; one that does not ends its connection."""
    anna = await register(server, "anna")

    async def says(pieces, pause):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            f"GET /ws?token={anna.token} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        began, heard = time.monotonic(), b""
        for piece in pieces:
            writer.write(piece)
            with contextlib.suppress(TimeoutError):
                heard += await asyncio.wait_for(reader.read(10_000), pause)
            if b"came too slowly" in heard:
                break
        writer.close()
        return heard, time.monotonic() - began

    ping = b'{"type":"ping"}'
    slow = [b"\x81", bytes([0x80 | len(ping)]), b"\0\0\0\0", *(ping[at : at + 1] for at in range(len(ping)))]
    endless = [b"\x81\xfe\x10\x00\0\0\0\0", *[b"x"] * 60]
    (pong, _), (heard, took) = await asyncio.gather(says(slow, 0.3), says(endless, 0.5))
    assert b"pong" in pong, pong
    assert b"\x03\xf0a message came too slowly" in heard, heard
    assert 8 < took < SOON
