"""Reading without an id: up to what the socket has seen, and never more."""

import pytest

from harness.dialects import Multiplexed, Roulette, SocketIo, joined
from harness.people import group, room_of


async def unread(user, chat):
    return (await user.call("GET", f"/api/chats/{chat.id}", expect=200)).data["unread_count"]


@pytest.mark.parametrize("dialect", [Multiplexed, SocketIo])
async def test_what_came_after_leaving_stays_unread(server, dialect):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (author,), joined(dialect(boris, chat)) as (reader,):
        await author.message("seen")
        await reader.next("new_message" if dialect is Multiplexed else "chat:message:new")
        if dialect is Multiplexed:
            await reader.send({"type": "leave_chat", "chat_id": chat.id})
            await reader.next("left_chat")
        else:
            await reader.call("chat:leave", {"chat_id": chat.uuid})
        await author.message("not seen")
        await read(reader, author)
        assert await unread(boris, chat) == 1
        await reader.join_chat(chat)
        await read(reader, author)
        assert await unread(boris, chat) == 0


@pytest.mark.parametrize("dialect", [Multiplexed, Roulette, SocketIo])
async def test_what_was_there_on_joining_is_read(server, dialect):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (author,):
        await author.message("before")
        async with joined(dialect(boris, chat)) as (reader,):
            await read(reader, author)
            assert await unread(boris, chat) == 0


async def read(reader, author):
    """Without an id, until its author has been told."""
    await reader.read()
    await author.next("messages_read")


@pytest.mark.parametrize("dialect", [Multiplexed, SocketIo])
async def test_of_a_chat_that_was_never_joined_what_the_list_showed_is_read(server, dialect):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (author,):
        listed = "chat_updated" if dialect is Multiplexed else "chat:updated"
        async with joined(dialect(boris, None)) as (earlier,):
            await author.message("shown to another socket")
            await earlier.next(listed)
        async with joined(dialect(boris, None)) as (reader,):
            reader.chat = chat
            assert (await asked(reader)).get("code") is None
            assert await unread(boris, chat) == 1
            await author.message("shown by the chat list")
            await reader.next(listed)
            await read(reader, author)
            assert await unread(boris, chat) == 0


@pytest.mark.parametrize("dialect", [Multiplexed, SocketIo])
async def test_who_is_not_in_a_chat_reads_nothing_there(server, dialect):
    (anna, stranger), _ = await room_of(server, 2)
    chat = await group(anna)
    async with joined(dialect(stranger, None)) as (reader,):
        reader.chat = chat
        assert (await asked(reader))["code"] == "FORBIDDEN"


async def asked(reader):
    """What reading without an id is answered with; in dialect 2 only what is asked next, if it was well."""
    if isinstance(reader, SocketIo):
        return await reader.call("chat:message:read", {"chat_id": reader.chat.uuid})
    await reader.read()
    await reader.send({"type": "ping"})
    return await reader.next(lambda frame: frame["type"] in ("pong", "error"))
