"""Bad frames, big frames, readers that stop, many at once: the connection lives on where it may, and others do not care."""

import asyncio
import contextlib
import json

import aiohttp
import pytest

from harness import ids
from harness.dialects import DIALECTS, Bare, Multiplexed, Rest, Room, Roulette, SocketIo, fresh, joined
from harness.frames import error
from harness.http import session
from harness.inbox import kind
from harness.people import group, history, room_of
from harness.shapes import SECONDS, TEXT, same

SOCKETS = [Multiplexed, Room, Roulette, Bare]


def wanted_error(client, code):
    place = {"chat_id": client.chat.uuid} if client.number == 4 else {}
    return error(client.number, code, **place)


# Each is refused in every dialect: not JSON, not an object, no type, an unknown one, a binary frame.
NOT_FRAMES = [
    b"\x00\x01",
    "{",
    "[]",
    "7",
    "null",
    "{}",
    '{"type": 7}',
    '{"type": "nonsense"}',
    '"' + "[" * 5000 + '"',
    "[" * 5000,
]

MISTYPED = {
    Multiplexed: [
        {"type": "join_chat"},
        {"type": "join_chat", "chat_id": "abc"},
        {"type": "join_chat", "chat_id": 1.5},
        {"type": "send_message", "chat_id": None, "content": "x"},
        {"type": "typing", "chat_id": 1, "is_typing": "yes"},
        {"type": "status", "status": "invisible"},
        {"type": "status"},
        {"type": "like_message", "chat_id": 1},
        {"type": "auth"},
    ],
    Room: [
        {"type": "chat_message"},
        {"type": "chat_message", "message": 7},
        {"type": "typing"},
        {"type": "edit_message", "message_id": "x", "message": "y"},
        {"type": "delete_message"},
    ],
    Roulette: [
        {"type": "send_message"},
        {"type": "send_message", "payload": {}},
        {"type": "send_message", "payload": {"content": "x", "type": "nonsense"}},
        {"type": "like_message", "payload": {"message_id": 7}},
        {"type": "typing", "payload": {"is_typing": 1}},
    ],
}


@pytest.mark.parametrize("dialect", [Multiplexed, Room, Roulette])
async def test_a_bad_frame_gets_an_error_and_the_connection_lives_on(server, dialect):
    (anna,), chat = await room_of(server, 1)
    async with joined(dialect(anna, chat)) as (client,):
        for bad in NOT_FRAMES + MISTYPED[dialect]:
            await client.send(bad if isinstance(bad, (str, bytes)) else json.dumps(bad))
            got = await client.next("error")
            same(got, wanted_error(client, "INVALID_DATA"), f"after {str(bad)[:80]}")
            # A good frame in between, so that these are not 20 in a row.
            await client.message(fresh())


@pytest.mark.parametrize("dialect", SOCKETS)
async def test_twenty_bad_frames_in_a_row_close(server, dialect):
    (anna,), chat = await room_of(server, 1)
    client = dialect(anna, chat)
    await client.join()
    for _ in range(19):
        await client.send("nonsense")
    content = fresh()
    await client.message(content)
    with contextlib.suppress(Exception):
        for _ in range(20):
            await client.send("nonsense")
    assert await client.inbox.closed() == 1008
    if dialect is not Bare:
        assert sum(kind(frame) == "error" for frame in client.inbox.heard) >= 38


@pytest.mark.parametrize("dialect", [Multiplexed, Room, Roulette])
async def test_refusals_are_not_bad_frames(server, dialect):
    """What one may not do, or does too fast, never closes a connection."""
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(boris, chat), dialect(anna, chat)) as (writer, client):
        message = await writer.message("not yours")
        for _ in range(25):
            await client.edit(message, "mine now")
            same(await client.next("error"), wanted_error(client, "FORBIDDEN"))
        await client.message(fresh())


@pytest.mark.parametrize("dialect", SOCKETS)
async def test_a_frame_over_the_limit_closes(server, dialect):
    (anna,), chat = await room_of(server, 1)
    client = dialect(anna, chat)
    await client.join()
    with contextlib.suppress(Exception):
        await client.send(json.dumps({"type": "nonsense", "content": "x" * (65 * 1024)}))
    assert await client.inbox.closed() == 1009


async def test_content_and_metadata_over_their_limits(server):
    (anna,), chat = await room_of(server, 1)
    big = "x" * (16 * 1024 + 1)
    async with joined(*(dialect(anna, chat) for dialect in DIALECTS)) as (_, multi, room, roulette, io):
        await multi._say("send_message", content=big)
        same(await multi.next("error"), error(2, "MESSAGE_TOO_LARGE"))
        await room._say("chat_message", message=big)
        same(await room.next("error"), error(3, "MESSAGE_TOO_LARGE"))
        await roulette._say("send_message", content=big)
        same(await roulette.next("error"), error(4, "MESSAGE_TOO_LARGE", chat_id=chat.uuid))
        ack = await io._call("chat:message:send", type="text", content=big)
        same(ack, {"status": "error", "code": "MESSAGE_TOO_LARGE", "message": TEXT})
        metadata = {"anything": "x" * 4096}
        ack = await io._call("chat:message:send", type="post_share", content="post", metadata=metadata)
        assert ack["code"] == "MESSAGE_TOO_LARGE"


async def test_errors_of_dialect_5(server):
    (anna, stranger), chat = await room_of(server, 2)
    alone = await group(anna)
    async with joined(SocketIo(stranger, chat)) as (client,):
        for event, data, code in [
            ("chat:message:send", {"chat_id": alone.uuid, "type": "text", "content": "x"}, "FORBIDDEN"),
            (
                "chat:message:send",
                {"chat_id": ids.uuid(ids.CHAT, 10**9), "type": "text", "content": "x"},
                "CHAT_NOT_FOUND",
            ),
            ("chat:message:send", {"chat_id": chat.uuid, "type": "nonsense", "content": "x"}, "INVALID_DATA"),
            ("chat:message:send", {"chat_id": chat.uuid, "type": "text", "content": " "}, "INVALID_DATA"),
            ("chat:message:send", {"type": "text", "content": "x"}, "INVALID_DATA"),
            ("chat:message:send", "text", "INVALID_DATA"),
            ("chat:join", {"chat_id": alone.uuid}, "FORBIDDEN"),
            ("chat:join", {}, "INVALID_DATA"),
            (
                "chat:message:read",
                {"chat_id": chat.uuid, "message_id": ids.uuid(ids.MESSAGE, 10**9)},
                "MESSAGE_NOT_FOUND",
            ),
            ("chat:typing", {"chat_id": chat.uuid}, "INVALID_DATA"),
            ("nonsense", {}, "INVALID_DATA"),
        ]:
            same(await client.call(event, data), {"status": "error", "code": code, "message": TEXT}, event)
            await client.emit(event, data)
            same((await client.next("error"))["data"], {"code": code, "message": TEXT, "timestamp": SECONDS}, event)
        same(await client.call("chat:leave", {"chat_id": chat.uuid}), {"status": "left", "chat_id": chat.uuid})


@pytest.mark.parametrize("dialect", [*DIALECTS, Bare])
async def test_200_pipelined_commands_keep_their_order(server, dialect):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(dialect(anna, chat), Multiplexed(boris, chat)) as (writer, reader):
        contents = [f"pipelined {number}" for number in range(200)]
        if dialect is Rest:
            # HTTP has no order between requests; each waits for the one before.
            for content in contents:
                await writer.message(content)
        else:
            for content in contents:
                await emit(writer, content)
        got = [(await reader.next("new_message"))["message"]["content"] for _ in contents]
    assert got == contents
    assert [message["content"] for message in await history(boris, chat)] == contents


@pytest.mark.parametrize("dialect", [Multiplexed, Room, Roulette])
async def test_refusals_wait_for_the_answers_before_them(server, dialect):
    (anna, _), chat = await room_of(server, 2)
    async with joined(dialect(anna, chat)) as (client,):
        for number in range(30):
            await emit(client, f"in line {number}")
            await client.send("nonsense")
        answers = [await client.next(lambda frame: frame["type"] in ("message_sent", "error")) for _ in range(60)]
    assert [frame["type"] for frame in answers] == ["message_sent", "error"] * 30


async def emit(client, content):
    """Sends without waiting for an answer."""
    match client:
        case Bare():
            await client.send({"type": "message", "content": content})
        case Multiplexed():
            await client._say("send_message", content=content)
        case Room():
            await client._say("chat_message", message=content)
        case Roulette():
            await client._say("send_message", content=content)
        case SocketIo():
            await client.emit("chat:message:send", {"chat_id": client.chat.uuid, "type": "text", "content": content})


class TestStuckReaders:
    """A reader that does not read is closed, comes back, and has lost nothing; others do not wait for it."""

    FLOOD = 2500

    @staticmethod
    async def stuck(server, user, chat):
        """A socket that joins and then never reads again."""
        url = f"{server.ws_url}/ws?token={user.token}"
        socket = await connect_raw(url)
        await socket.send_str(json.dumps({"type": "join_chat", "chat_id": chat.id, "cursor": ""}))
        while (frame := json.loads((await socket.receive()).data))["type"] != "joined_chat":
            pass
        socket._response.connection.transport.pause_reading()
        return socket, frame["cursor"]

    async def test_closed_and_resumed_whole(self, new_server):
        server = new_server()
        (anna, boris, clara), chat = await room_of(server, 3)
        socket, cursor = await self.stuck(server, boris, chat)
        padding = "x" * 8192
        async with joined(Multiplexed(anna, chat), Multiplexed(clara, chat)) as (writer, witness):
            inbox = witness.inbox
            sent = []
            for start in range(0, self.FLOOD, 50):
                batch = [f"{number} {padding}" for number in range(start, start + 50)]
                for content in batch:
                    await writer._say("send_message", content=content)
                # The witness has them all while the stuck one has stopped: nobody waited for it.
                sent += [(await inbox.next("new_message"))["message"]["id"] for _ in batch]
        # A long nap: it learns why nevertheless.
        await asyncio.sleep(8)
        offline = await self._closing_code(socket)
        assert offline == 1013
        async with joined(Multiplexed(boris, chat), cursor=cursor) as (client,):
            got = [(await client.next("new_message"))["message"]["id"] for _ in sent]
        assert got == sent

    @staticmethod
    async def _closing_code(socket):
        socket._response.connection.transport.resume_reading()
        while (message := await socket.receive(timeout=30)).type == aiohttp.WSMsgType.TEXT:
            pass
        return socket.close_code if socket.close_code is not None else message.data


async def connect_raw(url):
    return await session().ws_connect(url, max_msg_size=0, autoclose=True, heartbeat=None)
