"""Bad frames, big frames, readers that stop, many at once: the connection lives on where it may, and others do not care."""

import contextlib
import json

import aiohttp
import pytest

from harness import ids
from harness.dialects import DIALECTS, Bare, Multiplexed, Rest, Room, Roulette, SocketIo, fresh, joined
from harness.fold import MESSAGE, message_of
from harness.frames import error
from harness.http import session
from harness.inbox import kind
from harness.people import group, history, register, register_many
from harness.shapes import SECONDS, TEXT, same

SOCKETS = [Multiplexed, Room, Roulette, Bare]


async def room_of(server, count):
    people = await register_many(server, count)
    return people, await group(*people)


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


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_two_tabs_of_one_user(server, dialect):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(dialect(anna, chat), dialect(anna, chat), Multiplexed(boris, chat)) as (one, other, reader):
        mine = await one.message("from the first tab")
        for client in (one, other) if dialect is Rest else (other,):
            frame = await client.next(lambda frame: kind(frame) in MESSAGE)
            assert message_of(frame) == (mine, "from the first tab")
        await one.close()
        # One tab is still open: nobody hears that Anna left.
        second = await other.message("from the second tab")
        frames = await reader.until(lambda frame: kind(frame) in MESSAGE and message_of(frame)[0] == second)
        assert not [frame for frame in frames if kind(frame) == "user_offline"]


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


async def test_a_chat_does_not_leak(server):
    """Who left a room on a multiplexed socket hears nothing of it any more, who stayed does."""
    (anna, boris), chat = await room_of(server, 2)
    other = await group(anna, boris)
    async with joined(Multiplexed(anna, None), Multiplexed(boris, chat), SocketIo(boris, chat)) as (writer, multi, io):
        await multi.join_chat(other)
        await multi.send({"type": "leave_chat", "chat_id": chat.id})
        same(await multi.next("left_chat"), {"type": "left_chat", "chat_id": chat.id, "timestamp": SECONDS})
        await io.call("chat:leave", {"chat_id": chat.uuid})
        await io.join_chat(other)
        for to in (chat, other):
            await writer.send({"type": "send_message", "chat_id": to.id, "content": f"to {to.id}"})
        assert (await multi.next("new_message"))["chat_id"] == other.id
        assert (await io.next("chat:message:new"))["data"]["chat_id"] == other.uuid


async def test_typing_ends_by_itself_and_with_a_message(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat), Multiplexed(boris, chat)) as (typist, reader):
        await typist.typing(True)
        assert (await reader.next("typing"))["is_typing"] is True
        # Nobody says that it ended: 3 s later it has.
        assert (await reader.next("typing"))["is_typing"] is False
        await typist.typing(True)
        assert (await reader.next("typing"))["is_typing"] is True
        message = await typist.message("done")
        frames = [await reader.next(lambda frame: kind(frame) in ("typing", "new_message")) for _ in range(2)]
        assert sorted(kind(frame) for frame in frames) == ["new_message", "typing"]
        await typist.typing(True)
        assert (await reader.next("typing"))["is_typing"] is True
        await typist.cut()
        assert (await reader.next("typing"))["is_typing"] is False
        assert message
        assert not [frame for frame in typist.inbox.heard if kind(frame) == "typing"]


async def test_presence_counts_sockets_and_waits(new_server):
    server = new_server(presence_grace="1")
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(boris, chat)) as (witness,):
        one, other = Multiplexed(anna, chat), SocketIo(anna, chat)
        await one.join()
        status = await witness.next("user_status")
        same(status, {"type": "user_status", "user_id": anna.id, "status": "online", "timestamp": SECONDS})
        await other.join()
        await one.close()
        await other.close()
        # Back within the grace: no flapping. The marker shows that nothing came before it.
        one = Multiplexed(anna, chat)
        await one.join()
        await one.message("marker")
        frames = await witness.until("new_message")
        assert [kind(frame) for frame in frames if kind(frame).startswith("user_")] == []
        await one.close()
        same(await witness.next("user_offline"), {"type": "user_offline", "user_id": anna.id, "timestamp": SECONDS})
        listed = await boris.call("GET", f"/api/chats/{chat.id}/members", expect=200)
        away = [member for member in listed.data if member["id"] == anna.id][0]
        assert away["is_online"] is False and away["last_seen"]


async def test_custom_status(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(boris, chat), SocketIo(boris, chat), Multiplexed(anna, chat)) as (multi, io, who):
        await multi.next("user_status")
        await io.next("user:online")
        for status in ("away", "busy", "online"):
            await who.send({"type": "status", "status": status})
            frame = await multi.next("user_status")
            same(frame, {"type": "user_status", "user_id": anna.id, "status": status, "timestamp": SECONDS})
        await who.send({"type": "status", "status": "offline"})
        await multi.next("user_offline")
        frames = await io.until("user:offline")
        assert [kind(frame) for frame in frames if kind(frame).startswith("user:")] == ["user:offline"]


async def test_everybody_hears_who_is_online_on_joining(server):
    (anna, boris, clara), chat = await room_of(server, 3)
    async with joined(Multiplexed(anna, chat), Room(boris, chat)):
        async with joined(Multiplexed(clara, chat), Roulette(clara, chat), SocketIo(clara, chat)) as clients:
            for client, name in zip(clients, ("user_status", "user_status", "user:online"), strict=True):
                found = set()
                while len(found) < 2:
                    frame = await client.next(name)
                    found.add(str(frame.get("user_id") or frame.get("payload", frame.get("data"))["user_id"]))
                assert found in ({str(anna.id), str(boris.id)}, {anna.uuid, boris.uuid})


async def test_russian_and_english(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Room(anna, chat)):
        for lang, online, empty in [
            (None, "в сети", "Сообщение не может быть пустым"),
            ("en", "is online", "Message cannot be empty"),
        ]:
            client = Room(boris, chat)
            await client.join(lang=lang)
            status = await client.next("user_status")
            assert status["message"] == f"{anna.username} {online}"
            await client.send({"type": "chat_message", "message": "  "})
            same(await client.next("error"), {"type": "error", "code": "INVALID_DATA", "message": empty})
            await client.close()


async def test_a_room_of_strangers_is_two_rooms(server):
    """Presence reaches only people who share a room."""
    (anna, boris), chat = await room_of(server, 2)
    stranger = await register(server, "stranger")
    theirs = await group(stranger)
    async with joined(Multiplexed(stranger, theirs)) as (far,):
        async with joined(Multiplexed(anna, chat)):
            mark = await far.message("mark")
            frames = await far.until("new_message")
            assert frames[-1]["message"]["id"] == mark
            assert [frame for frame in frames if frame.get("user_id") == anna.id] == []


async def test_many_sockets_are_bounded(new_server):
    server = new_server(max_sockets_per_user="5")
    (anna,), chat = await room_of(server, 1)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(await Multiplexed(anna, chat).join())
        with pytest.raises(AssertionError, match="refused with 429"):
            await Multiplexed(anna, chat).join()
