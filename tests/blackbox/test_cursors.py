"""What a cursor or a last message id gives, and what it is worth where it does not belong."""

import pytest

from harness.dialects import DIALECTS, Bare, Multiplexed, Rest, SocketIo, fresh, joined
from harness.fold import MESSAGE, as_number, message_of
from harness.inbox import kind
from harness.people import direct, room_of
from harness.shapes import same
from harness.story import client_cursor

pytestmark = pytest.mark.database


@pytest.mark.parametrize("dialect", [*DIALECTS, Bare])
async def test_by_last_message_id(server, dialect):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        sent = [await writer.message(f"text {number}") for number in range(150)]
        client = dialect(boris, chat)
        # Documents 4 and 5 know messages by UUID.
        await client.join(last_message_id=client._spelt(sent[9]) if client.number > 3 else sent[9])
        live = await writer.message("live")
        wanted = [*sent[10:], live]
        got = []
        while len(got) < len(wanted):
            frame = await client.next(lambda frame: kind(frame) in MESSAGE or kind(frame) is None)
            got.append(frame["id"] if kind(frame) is None else message_of(frame)[0])
            assert dialect is Rest or client_cursor(frame) is None, "nobody asked for a cursor"
        assert got == wanted
        await client.close()


async def test_a_socket_that_does_not_ask_gets_no_replay(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        for number in range(5):
            await writer.message(f"old {number}")
        async with joined(*(dialect(boris, chat) for dialect in DIALECTS)) as readers:
            live = await writer.message("live")
            for reader in readers:
                frame = await reader.next(lambda frame: kind(frame) in MESSAGE)
                assert message_of(frame) == (live, "live")


async def test_history_gives_the_cursor_that_matches_it(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        known = await writer.message("known")
        for prefix, spelt in [("/api", chat.id), ("/api/v1", chat.uuid), ("/api/v2", chat.uuid)]:
            page = await boris.call("GET", f"{prefix}/chats/{spelt}/messages", expect=200)
            assert as_number(page.data[-1]["id"]) == known
            await writer.edit(known, fresh("edited"))
            known = await writer.message("missed")
            async with joined(Multiplexed(boris, chat), cursor=page.body["cursor"]) as (client,):
                frames = await client.until("new_message")
            assert [kind(frame) for frame in frames] == ["message_updated", "new_message"]


async def test_edits_collapse_and_the_deleted_say_only_that(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat), SocketIo(boris, chat)) as (writer, reader):
        kept = await writer.message("kept")
        gone = await writer.message("gone")
        await reader.next(lambda frame: kind(frame) in MESSAGE and message_of(frame)[0] == gone)
        joining = await reader.join_chat(chat, cursor="")
        for number in range(3):
            await writer.edit(kept, f"kept {number}")
        await writer.delete(gone)
        unseen = await writer.message("unseen")
        await writer.edit(unseen, "unseen, edited")
        short = await writer.message("short")
        await writer.delete(short)
        for _ in range(2):
            await writer.like(kept)
            await writer.unlike(kept)
        await writer.like(kept)
        mark = await writer.message("mark")
    async with joined(Multiplexed(boris, chat), cursor=joining["cursor"]) as (client,):
        frames = await client.until(lambda frame: kind(frame) in MESSAGE and message_of(frame)[0] == mark)
    told = [(kind(frame), frame.get("message_id") or frame["message"]["id"]) for frame in frames]
    wanted = [
        ("message_updated", kept),
        ("message_deleted", gone),
        ("new_message", unseen),
        ("message_deleted", short),
        ("message_liked", kept),
        ("new_message", mark),
    ]
    # A presence snapshot comes after the replay, so nothing else is in between.
    assert told == wanted
    assert frames[0]["content"] == "kept 2"
    assert frames[2]["message"]["content"] == "unseen, edited"
    assert frames[4]["likes_count"] == 1


async def test_a_read_position_that_moved_is_told_on_resuming(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat), Multiplexed(boris, chat)) as (writer, reader):
        first = await writer.join_chat(chat, cursor="")
        message = await writer.message("read me")
        await reader.next("new_message")
        await writer.close()
        await reader.read(message)
        await reader.next("messages_read")
    async with joined(Multiplexed(anna, chat), cursor=first["cursor"]) as (client,):
        frames = await client.until("messages_read")
    assert [kind(frame) for frame in frames] == ["new_message", "messages_read"]
    assert frames[1]["user_id"] == boris.id


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("bad", ["nonsense", "of another room"])
async def test_a_cursor_that_is_none(server, dialect, bad):
    (anna, boris), chat = await room_of(server, 2)
    other = await direct(anna, boris)
    cursor = "nonsense"
    if bad == "of another room":
        async with joined(Multiplexed(boris, other), cursor="") as (client,):
            cursor = client.cursor
    client = dialect(boris, chat)
    match client.number:
        case 1:
            await client.join(cursor=cursor)
            same(
                await client.next("resync"),
                {"type": "resync", "data": {"reason": "history_pruned"}, "cursor": client.cursor},
            )
            await client.close()
        case 2:
            await client.join(cursor=cursor)
            assert (client.joined["type"], client.joined["code"]) == ("error", "INVALID_DATA")
            await client.close()
        case 5:
            await client.join(cursor=cursor)
            assert (client.ack["status"], client.ack["code"]) == ("error", "INVALID_DATA")
            await client.close()
        case _:
            with pytest.raises(AssertionError, match="refused with 422"):
                await client.join(cursor=cursor)
