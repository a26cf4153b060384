"""Groups that end, chats that are hidden, people who call themselves something else: in every dialect."""

import pytest

from harness.dialects import DIALECTS, Multiplexed, SocketIo, fresh, joined
from harness.fold import MESSAGE
from harness.frames import Heard
from harness.inbox import kind
from harness.people import direct, room_of
from harness.shapes import same

pytestmark = pytest.mark.database
REMOVED = ("member_removed", "chat:member:removed")


async def test_a_group_that_ends(server):
    people, chat = await room_of(server, 1 + len(DIALECTS))
    clients = [dialect(user, chat) for dialect, user in zip(DIALECTS, people[1:], strict=True)]
    elsewhere = SocketIo(people[1], None)
    async with joined(*clients), joined(elsewhere):
        await people[1].call("DELETE", f"/api/chats/{chat.id}", expect=403)
        await people[0].call("DELETE", f"/api/chats/{chat.id}", expect=200)
        for client in [*clients, elsewhere]:
            frame = await client.next(lambda frame: kind(frame) in REMOVED)
            assert str(client.user.id) in str(frame) or client.user.uuid in str(frame), frame
            if isinstance(client, (Multiplexed, SocketIo)):
                assert client.inbox.ended is None
            else:
                await client.inbox.closed()
        for client in [*clients, elsewhere]:
            assert len([frame for frame in client.inbox.heard if kind(frame) in REMOVED]) == 1
    for user in people:
        await user.call("GET", f"/api/chats/{chat.id}/messages", expect=403)
        assert (await user.call("GET", "/api/chats", expect=200)).data == []


async def test_a_chat_that_is_hidden(server, tree):
    (anna, boris), _ = await room_of(server, 2)
    chat = await direct(anna, boris)
    assert chat.id in await listed(anna)
    await anna.call("PUT", tree.path(chat, "/hidden"), expect=200 if tree.prefix == "/api" else 204)
    assert chat.id not in await listed(anna) and chat.id in await listed(boris)
    await boris.call("POST", f"/api/chats/{chat.id}/messages", {"content": "here I am"}, expect=200)
    assert chat.id in await listed(anna)
    await anna.call("PUT", tree.path(chat, "/hidden"), expect=200 if tree.prefix == "/api" else 204)
    assert chat.id not in await listed(anna)


async def listed(user):
    return [chat["id"] for chat in (await user.call("GET", "/api/chats", expect=200)).data]


async def test_a_new_name_shows_in_the_next_frame(server, tree):
    people, chat = await room_of(server, 1 + len(DIALECTS))
    anna, heard = people[0], Heard(chat)
    clients = [dialect(user, chat) for dialect, user in zip(DIALECTS, people[1:], strict=True)]
    async with joined(Multiplexed(anna, chat)) as (author,), joined(*clients):
        old = fresh("old")
        before = await author.message(old)
        for client in clients:
            await client.next(lambda frame: kind(frame) in MESSAGE)
        anna.name = fresh("Anna")
        await anna.call("PATCH", f"{tree.prefix}/auth/me", {"name": anna.name}, expect=200)
        message = await author.message("new")
        for client in clients:
            frame = await client.next(lambda frame: kind(frame) in MESSAGE)
            same(without_cursor(frame), heard.message(client.number, message, "new", anna))
        # Whoever comes now hears what was said before under the name of now.
        async with joined(Multiplexed(people[1], chat), last_message_id=before - 1) as (late,):
            same(await late.next("new_message"), heard.message(2, before, old, anna))


def without_cursor(frame):
    return {name: value for name, value in frame.items() if name != "cursor"}
