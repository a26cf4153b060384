"""Clients that drip, say nothing, come and go: they end in time, cost nobody anything, and leave nothing behind."""

import asyncio
import json
import re
import resource
import socket as sockets
import time

import pytest
import websockets

from harness import http
from harness.engine import Address
from harness.people import register, room_of

CROWD = 200
# The server's deadlines are ten seconds; a busy machine needs some more.
ENDED_WITHIN = 25
KEY = "planted-key-of-a-back-end"


async def figure(server, name):
    async with http.session().get(server.admin_url + "/metrics") as response:
        found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", await response.text(), re.M)
        return sum(float(value) for value in found)


async def comes_to(server, name, expected):
    for _ in range(400):
        if await figure(server, name) == expected:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} is {await figure(server, name)}, not {expected}")


async def drips(server, head):
    """One byte a second, until the server has had enough; how long that took."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    ended = asyncio.create_task(reader.read())
    for byte in head:
        writer.write(bytes([byte]))
        await asyncio.wait([ended], timeout=1)
        if ended.done() or time.monotonic() - began > ENDED_WITHIN:
            break
    await asyncio.wait_for(asyncio.wait([ended]), ENDED_WITHIN)
    writer.close()
    return time.monotonic() - began


async def test_who_drips_or_says_nothing_ends_and_others_are_served(server):
    anna = await register(server)
    head = b"GET /api/chats HTTP/1.1\r\nHost: chat\r\nX-Long: " + b"x" * 60
    post = b"POST /api/auth/login HTTP/1.1\r\nHost: chat\r\nContent-Length: 60\r\n\r\n"
    crowd = [asyncio.create_task(drips(server, head)) for _ in range(CROWD)]
    silent = [asyncio.create_task(drips(server, b"")) for _ in range(CROWD)]

    async def drips_body():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(post)
        began, ended = time.monotonic(), asyncio.create_task(reader.read())
        while not ended.done() and time.monotonic() - began < ENDED_WITHIN:
            writer.write(b"{")
            await asyncio.wait([ended], timeout=1)
        writer.close()
        return time.monotonic() - began

    bodies = [asyncio.create_task(drips_body()) for _ in range(20)]
    await asyncio.sleep(2)
    for _ in range(20):
        await anna.call("GET", "/api/chats", expect=200)
    for spans in [crowd, silent, bodies]:
        taken = await asyncio.gather(*spans)
        assert max(taken) < ENDED_WITHIN, f"{max(taken):.0f} s"


async def polls(server, user):
    address = Address(f"127.0.0.1:{server.port}", "socket.io")
    address.http = http.session()
    session = await address.open()
    await session.post("40" + json.dumps({"token": user.token}))
    said = ""
    while "sync:required" not in said:
        said += (await session.poll())[1]
    return session


async def until_over(session):
    """What a polling session is told until it is over."""
    said = ""
    while True:
        status, text = await session.poll()
        said += text
        if status != 200 or text == "1" or "\x1e1" in text:
            return said


@pytest.mark.parametrize("how", ["disconnected", "logged out", "refreshed twice", "expired"])
async def test_whoever_is_put_out_is_out_within_a_second_while_polling_too(new_server, how):
    server = new_server(api_key=KEY, access_token_ttl="4s" if how == "expired" else "1h")
    anna = await register(server)
    session = await polls(server, anna)
    over = asyncio.create_task(until_over(session))
    async with websockets.connect(f"{server.ws_url}/ws?token={anna.token}") as web_socket:
        if how == "disconnected":
            path = f"/api/v2/server/users/{anna.uuid}/disconnect"
            await http.call(server, "POST", path, headers={"X-Api-Key": KEY}, expect=204)
        elif how == "logged out":
            await anna.call("POST", "/api/auth/logout", {"refresh_token": anna.refresh}, expect=200)
        elif how == "refreshed twice":
            for expected in (200, 401):
                body = {"refresh_token": anna.refresh}
                await http.call(server, "POST", "/api/auth/refresh", body, expect=expected)
        else:
            await asyncio.sleep(3)
        began = time.monotonic()
        with pytest.raises(websockets.ConnectionClosed) as closed:
            while True:
                await web_socket.recv()
        assert closed.value.rcvd.code == (4403 if how == "disconnected" else 4401)
    assert "41" in await asyncio.wait_for(over, 10)
    # One second, and what a busy machine adds.
    assert time.monotonic() - began < 5


async def test_connecting_and_going_leaves_nothing(new_server):
    server = new_server(presence_grace="0s")
    (anna,), chat = await room_of(server, 1)
    addresses = [
        f"{server.ws_url}/ws?token={anna.token}",
        f"{server.ws_url}/chat/{chat.id}?token={anna.token}",
        f"{server.ws_url}/ws/chat/{chat.id}/?token={anna.token}",
        f"{server.ws_url}/api/v1/ws?chat_id={chat.uuid}&token={anna.token}",
        f"{server.ws_url}/socket.io/?EIO=4&transport=websocket",
    ]

    async def come_and_go(address):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        path = address.removeprefix(server.ws_url)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: chat\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert b" 101 " in await reader.readline()
        writer.close()

    async def rounds(count):
        for _ in range(count):
            await asyncio.gather(*(come_and_go(address) for address in addresses for _ in range(4)))
        await comes_to(server, "websocket_connections", 0)
        await comes_to(server, "socketio_strangers", 0)

    await rounds(25)
    before = server.memory()
    await rounds(100)
    assert server.memory() - before < 8 << 20, f"{(server.memory() - before) >> 10} KiB more after 2,000 connections"


async def test_without_file_descriptors_who_is_there_lives_on(new_server):
    server = new_server(before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128)))
    (anna, boris), chat = await room_of(server, 2)
    async with websockets.connect(f"{server.ws_url}/ws?token={boris.token}") as there:
        await there.send(json.dumps({"type": "join_chat", "chat_id": chat.id}))
        crowd = [sockets.create_connection(("127.0.0.1", server.port)) for _ in range(160)]
        await asyncio.sleep(1)
        spent = cpu(server)
        await asyncio.sleep(2)
        assert cpu(server) - spent < 1, "it spins"
        await there.send(json.dumps({"type": "send_message", "chat_id": chat.id, "content": "still here"}))
        while json.loads(await there.recv())["type"] != "message_sent":
            pass
        assert "cannot accept connections" in server.log()
        assert server.log().count("cannot accept connections") < 20
        for one in crowd:
            one.close()
        await http.close()
        await anna.call("GET", "/api/chats", expect=200)
        assert await figure(server, "connections_unaccepted_total") > 0


def cpu(server):
    """Seconds of processor time that the server has taken."""
    fields = open(f"/proc/{server.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100
