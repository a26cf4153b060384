"""SIGTERM, and the server is there again: clients that come back by themselves do, without their applications' doing."""

import asyncio

import pytest
import socketio
import websockets.asyncio.client

from harness import http
from harness.dialects import SocketIo, fresh, joined
from harness.node import Node, NodeEventSource, NodeSocketIo
from harness.people import room_of

TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": None}
BACK_WITHIN = 60


class Staying:
    """A client of a library that reconnects; it notes how often it came and why it went."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.came, self.reasons = asyncio.Queue(), []

    def hear(self, said):
        match said["kind"]:
            case "connect":
                self.came.put_nowait(said)
                if not self.connecting.done():
                    super().hear(said)
            case "disconnect" | "error":
                self.reasons.append(said.get("reason"))
            case "connect_error":
                pass
            case _:
                super().hear(said)

    async def back(self):
        await asyncio.wait_for(self.came.get(), BACK_WITHIN)


class StayingSocketIo(Staying, NodeSocketIo):
    pass


class StayingEventSource(Staying, NodeEventSource):
    pass


@pytest.mark.parametrize("transports", TRANSPORTS)
@pytest.mark.parametrize("version", [4, 3])
async def test_socket_io_in_javascript(new_server, version, transports):
    server = new_server()
    (anna,), _ = await room_of(server, 1)
    async with Node() as node:
        client = StayingSocketIo(node, anna, None, version=version, transports=TRANSPORTS[transports])
        await client.open(reconnection=True)
        await client.back()
        await client.next("sync:required")
        if transports == "upgrade":
            await asyncio.wait_for(client.upgraded.wait(), 20)
        await again(server)
        await client.back()
        # What the library says when it is not told to stay away.
        assert client.reasons in (["transport close"], ["transport error"])
        await client.next("sync:required")


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_a_restart_is_a_reconnection(new_server, how):
    server = new_server()
    (anna, boris), _ = await room_of(server, 2)
    left, here = SocketIo(anna, None), SocketIo(boris, None)
    for client in (left, here):
        await client.join()
        assert (await client.next("sync:required"))["data"]["reason"] == "connection_established"
    await left.close()
    # Until it is noted.
    await asyncio.sleep(1)
    await asyncio.to_thread(getattr(server, how))
    await asyncio.to_thread(server.start)
    for user in (anna, boris):
        async with joined(SocketIo(user, None)) as (back,):
            assert (await back.next("sync:required"))["data"]["reason"] == "reconnection"


@pytest.mark.parametrize("transports", ["websocket", "upgrade"])
async def test_socket_io_in_python(new_server, transports):
    """While it polls it takes the engine's `close` for good, as it does from the reference server."""
    server = new_server()
    (anna,), _ = await room_of(server, 1)
    came = asyncio.Queue()
    client = socketio.AsyncClient(http_session=http.session())
    client.on("sync:required", lambda sync: came.put_nowait(sync["reason"]))
    await client.connect(server.url, auth={"token": anna.token}, transports=TRANSPORTS[transports], wait_timeout=30)
    assert await asyncio.wait_for(came.get(), 30) == "connection_established"
    await again(server)
    await asyncio.wait_for(came.get(), BACK_WITHIN)
    await client.disconnect()


async def test_an_event_source(new_server):
    server = new_server()
    (anna, boris), chat = await room_of(server, 2)
    async with Node() as node:
        reader = StayingEventSource(node, anna, chat)
        await reader.join()
        await reader.back()
        await said(server, boris, chat, reader, "before")
        await again(server)
        await said(server, boris, chat, reader, "meanwhile or after")
        await reader.back()


async def said(server, author, chat, reader, stem):
    content = fresh(stem)
    await author.call("POST", f"/api/chats/{chat.id}/messages", {"content": content}, expect=200)
    await reader.next(lambda frame: frame.get("data", {}).get("content") == content, timeout=BACK_WITHIN)


# The chat's id and a token are filled in; each is joined by its address, or by a frame.
ADDRESSES = {
    "1": "/chat/{chat.id}?token={user.token}&last_message_id=0",
    "2": "/ws?token={user.token}",
    "3": "/ws/chat/{chat.id}/?token={user.token}&last_message_id=0",
    "4": "/api/v1/ws?chat_id={chat.uuid}&token={user.token}",
}


@pytest.mark.parametrize("dialect", ADDRESSES)
async def test_a_web_socket_that_reconnects(new_server, dialect):
    """The client of `websockets` comes back after every close; the code says that there is something to come back for."""
    server = new_server()
    (anna, boris), chat = await room_of(server, 2)
    came, codes = asyncio.Queue(), []

    async def stay():
        address = server.ws_url + ADDRESSES[dialect].format(chat=chat, user=anna)
        async for socket in websockets.asyncio.client.connect(address, proxy=None, compression=None):
            came.put_nowait(socket)
            await socket.wait_closed()
            codes.append(socket.close_code)

    staying = asyncio.create_task(stay())
    await asyncio.wait_for(came.get(), 30)
    await again(server)
    await asyncio.wait_for(came.get(), BACK_WITHIN)
    assert codes == [1012]
    staying.cancel()


async def again(server):
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
