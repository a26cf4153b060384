"""Who is there, who types, and who hears of it."""

import contextlib

import pytest

from harness.dialects import DIALECTS, Multiplexed, Rest, Room, Roulette, SocketIo, joined
from harness.fold import MESSAGE, message_of
from harness.inbox import kind
from harness.people import group, register, room_of
from harness.shapes import SECONDS, same


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_two_tabs_of_one_user(new_server, dialect):
    server = new_server(presence_grace="1")
    (anna, boris, clara), chat = await room_of(server, 3)
    clients = (dialect(anna, chat), dialect(anna, chat), Multiplexed(boris, chat), Multiplexed(clara, chat))
    async with joined(*clients) as (one, other, reader, leaving):
        mine = await one.message("from the first tab")
        for client in (one, other) if dialect is Rest else (other,):
            frame = await client.next(lambda frame: kind(frame) in MESSAGE)
            assert message_of(frame) == (mine, "from the first tab")
        await one.close()
        await leaving.close()
        # One tab is still open: nobody hears that Anna left, though the grace of Clara, who went after it, is over.
        await reader.inbox.seen(lambda frame: kind(frame) == "user_offline" and frame["user_id"] == clara.id)
        second = await other.message("from the second tab")
        frames = await reader.until(lambda frame: kind(frame) in MESSAGE and message_of(frame)[0] == second)
        assert [frame["user_id"] for frame in frames if kind(frame) == "user_offline"] == [clara.id]


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
        await typist.message("done")
        frames = [await reader.next(lambda frame: kind(frame) in ("typing", "new_message")) for _ in range(2)]
        assert sorted(kind(frame) for frame in frames) == ["new_message", "typing"]
        await typist.typing(True)
        assert (await reader.next("typing"))["is_typing"] is True
        await typist.cut()
        assert (await reader.next("typing"))["is_typing"] is False
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
