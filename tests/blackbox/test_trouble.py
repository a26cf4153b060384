"""Bad frames, big frames, readers that stop, many at once: the connection lives on where it may, and others do not care."""

import asyncio
import contextlib
import json

import aiohttp
import pytest

from harness import ids
from harness.dialects import DIALECTS, Bare, Multiplexed, Room, Roulette, SocketIo, fresh, joined
from harness.frames import error
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


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_twenty_bad_events_in_a_row_disconnect(server, transport):
    (anna,), chat = await room_of(server, 1)
    client = SocketIo(anna, chat)
    await client.join(transports=(transport,))
    for _ in range(19):
        assert (await client.call("nonsense", {}))["code"] == "INVALID_DATA"
    content = fresh()
    await client.message(content)
    for _ in range(20):
        await client.emit("nonsense", {})
    # Behind the end.
    await client.emit("chat:message:send", {"chat_id": chat.uuid, "type": "text", "content": fresh()})
    await client.inbox.closed()
    assert sum(kind(frame) == "error" for frame in client.inbox.heard) >= 19
    assert [message["content"] for message in await history(anna, chat)] == [content]


async def test_what_was_said_before_the_goodbye_counts(server):
    (anna,), chat = await room_of(server, 1)
    content = fresh()
    said = json.dumps(["chat:message:send", {"chat_id": chat.uuid, "type": "text", "content": content}])
    async with aiohttp.ClientSession() as http:
        address = f"{server.url}/socket.io/?EIO=4&transport=polling"
        async with http.get(address) as answer:
            address += "&sid=" + (await answer.text()).split('"sid":"')[1].split('"')[0]
        await http.post(address, data="40" + json.dumps({"token": anna.token}))
        while "sync:required" not in await (await http.get(address)).text():
            pass
        # An event, the end of the namespace and that of the session, all at once.
        async with http.post(address, data=f"42{said}\x1e41\x1e1") as answer:
            assert answer.status == 200
    async with asyncio.timeout(10):
        while [message["content"] for message in await history(anna, chat)] != [content]:
            await asyncio.sleep(0.05)


async def test_an_event_over_the_limit_disconnects(server):
    (anna,), chat = await room_of(server, 1)
    client = SocketIo(anna, chat)
    await client.join()
    assert (await client._call("chat:message:send", type="text", content="x" * 40_000))["code"] == "MESSAGE_TOO_LARGE"
    await client.emit("chat:message:send", {"chat_id": chat.uuid, "type": "text", "content": "x" * 1_000_000})
    await client.inbox.closed()


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
