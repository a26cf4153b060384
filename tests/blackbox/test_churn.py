"""Who comes and goes leaves nothing behind: after many connections in every dialect memory and every map are back where they were.

`CHAT_CHURN` says how many connections of each dialect; without it a selection, which is enough to see a map that only grows.
"""

import asyncio
import base64
import os
import struct
import time

from test_operations import figures, value

from harness import ids
from harness.people import group, register_many

MANY = int(os.environ.get("CHAT_CHURN", "1000"))
AT_ONCE = 50
PEOPLE = 10
FLAGS = {"presence_grace": "1s"}
KEY = base64.b64encode(b"0123456789abcdef").decode()
# Rooms are kept for a minute after the last one has left, and looked through once a minute.
FORGOTTEN_WITHIN = 150
GAUGES = ["people_connected", "orders_waiting", "outbox_waiting_bytes", "socketio_strangers", "logins_waiting"]


async def gone(server, path):
    """A WebSocket that is opened, and lost without a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head, head
    return reader, writer


async def web_socket(server, path):
    _, writer = await gone(server, path)
    writer.close()


async def stream(server, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def socket_io(server, token):
    reader, writer = await gone(server, "/socket.io/?EIO=4&transport=websocket")
    connect = b'40{"token":"%s"}' % token.encode()
    mask = b"\0\0\0\0"
    writer.write(struct.pack(">BBH", 0x81, 0x80 | 126, len(connect)) + mask + connect)
    while b"connected" not in await reader.read(4096):
        pass
    writer.close()


def ways(server, people, chat):
    """How to come and go in each dialect."""
    uuid = ids.uuid(ids.CHAT, chat.id)

    def token(n):
        return people[n % PEOPLE].token

    return {
        "rest": lambda n: stream(server, f"/api/chats/{chat.id}/stream?token={token(n)}"),
        "multiplexed": lambda n: web_socket(server, f"/ws?token={token(n)}"),
        "room": lambda n: web_socket(server, f"/ws/chat/{chat.id}/?token={token(n)}"),
        "roulette": lambda n: web_socket(server, f"/api/v1/ws?chat_id={uuid}&token={token(n)}"),
        "socketio": lambda n: socket_io(server, token(n)),
    }


async def churn(way, many):
    numbers = iter(range(many))

    async def one_after_another():
        for n in numbers:
            await way(n)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


async def settled(server, rooms):
    """The figures once nobody is there any more."""
    end = time.monotonic() + FORGOTTEN_WITHIN
    while time.monotonic() < end:
        text = await figures(server)
        open_now = sum(value(text, f'websocket_connections{{dialect="{name}"}}') for name in NAMES)
        busy = [name for name in GAUGES if value(text, name)]
        if not open_now and not busy and value(text, "rooms_open") <= rooms:
            return text
        await asyncio.sleep(0.2)
    raise AssertionError(f"{open_now} connections, {busy} are still there:\n{text}")


NAMES = ["rest", "multiplexed", "room", "roulette", "socketio"]


async def test_nothing_is_left_of_who_came_and_went(server):
    people = await register_many(server, PEOPLE)
    chat = await group(*people)
    all_ways = ways(server, people, chat)
    # As many before: an allocator keeps what so many needed at once, and no more however many come after them.
    for name in NAMES:
        await churn(all_ways[name], MANY)
    before_text = await settled(server, 1)
    before = server.memory()
    for name in NAMES:
        await churn(all_ways[name], MANY)
    text = await settled(server, 1)
    for name in NAMES:
        ended = sum(value(text, line) for line in closes_of(text, name))
        ended_before = sum(value(before_text, line) for line in closes_of(before_text, name))
        assert ended - ended_before == MANY, name
    assert value(text, "closings_people") == PEOPLE
    # Bytes for each connection that a leak would leave; what the allocator keeps is bounded.
    grown = server.memory() - before
    assert grown < 8 << 20, f"{grown} bytes more after {MANY} connections of each dialect"


def closes_of(text, dialect):
    lines = [line.rsplit(" ", 1)[0] for line in text.splitlines() if line.startswith("websocket_closes_total{")]
    return [line for line in lines if f'dialect="{dialect}"' in line]
