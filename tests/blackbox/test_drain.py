"""SIGTERM: nobody new, what was asked is answered, everybody is told, and nothing acknowledged is lost."""

import asyncio
import json
import signal
import time

import websockets

from harness import http
from harness.people import history, room_of

SOCKETS = 60


async def sockets(server, user, count=SOCKETS):
    return await asyncio.gather(*(websockets.connect(f"{server.ws_url}/ws?token={user.token}") for _ in range(count)))


async def end_of(socket, chat, ends, acknowledged):
    """Sends until it is closed."""
    number = 0
    try:
        while True:
            frame = {"type": "send_message", "chat_id": chat.id, "content": f"{id(socket)}-{number}"}
            await socket.send(json.dumps(frame | {"client_id": frame["content"]}))
            number += 1
            while (said := json.loads(await socket.recv()))["type"] != "message_sent":
                assert said["type"] != "error", said
            acknowledged.add(said["client_id"])
    except websockets.ConnectionClosed as closed:
        ends.append(closed.rcvd and closed.rcvd.code)


async def exit_of(server, seconds):
    code = await asyncio.wait_for(asyncio.to_thread(server.process.wait), seconds)
    return code


async def test_a_busy_server_goes_away_without_losing_anything(new_server):
    server = new_server(drain="2s")
    (anna,), chat = await room_of(server, 1)
    there = await sockets(server, anna)
    ends, acknowledged = [], set()
    ending = [asyncio.create_task(end_of(socket, chat, ends, acknowledged)) for socket in there]
    while len(acknowledged) < SOCKETS:
        await asyncio.sleep(0.01)
    server.process.send_signal(signal.SIGTERM)
    while not ends:
        await asyncio.sleep(0.01)
    # Some are still there, the load balancer is told, and nobody new comes in.
    assert len(ends) < SOCKETS
    async with http.session().get(server.admin_url + "/readyz") as response:
        assert response.status == 503
    try:
        await websockets.connect(f"{server.ws_url}/ws?token={anna.token}")
        raise AssertionError("somebody new was let in")
    except OSError:
        pass
    await asyncio.gather(*ending)
    assert ends == [1012] * SOCKETS
    assert await exit_of(server, 10) == 0
    server.start()
    kept = {message["content"] for message in await history(anna, chat)}
    assert acknowledged <= kept, acknowledged - kept


async def test_a_second_signal_ends_it_at_once(new_server):
    server = new_server(drain="60s")
    (anna,), _ = await room_of(server, 1)
    there = await sockets(server, anna)
    server.process.send_signal(signal.SIGTERM)
    while "stopping" not in server.log():
        await asyncio.sleep(0.01)
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert await exit_of(server, 20) != 0
    assert time.monotonic() - began < 20
    for socket in there:
        await socket.close()


async def test_streams_are_told_when_to_come_back_and_not_all_the_same(new_server):
    server = new_server(drain="500ms")
    (anna,), chat = await room_of(server, 1)
    waits = set()

    async def hears():
        address = f"{server.url}/api/chats/{chat.id}/stream?token={anna.token}"
        async with http.session().get(address) as stream:
            there.append(stream)
            said = (await stream.read()).decode()
        waits.add(said.split("retry: ")[-1].split("\n")[0])
        assert said.count("retry: ") == 2, said

    there = []
    hearing = [asyncio.create_task(hears()) for _ in range(8)]
    while len(there) < 8:
        await asyncio.sleep(0.01)
    server.process.send_signal(signal.SIGTERM)
    await asyncio.gather(*hearing)
    assert len(waits) == 8 and all(1_000 <= int(wait) < 5_000 for wait in waits), waits
    assert await exit_of(server, 10) == 0
