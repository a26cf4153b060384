"""Mentions: told to who asks, counted exactly, notified once to everybody."""

import asyncio
import functools

import pytest

from harness.asking import SENT, say
from harness.asking import asking as asking_for
from harness.dialects import Bare, Multiplexed, Rest, Room, Roulette, SocketIo, joined
from harness.people import group, register_many

asking = functools.partial(asking_for, features="mentions")


async def unread(user, chat):
    answer = await user.call("GET", f"/api/chats/{chat.id}", headers={"X-Chat-Features": "mentions"}, expect=200)
    return answer.data["unread_count"], answer.data["unread_mentions"]


async def notifications(user):
    return (await user.call("GET", "/api/v2/notifications", expect=200)).data


async def notified(user, how_many):
    """Those of somebody, once there are so many: they are made a moment after the message."""
    for _ in range(100):
        found = await notifications(user)
        if len(found) >= how_many:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{user.username} has {len(found)} notifications")


def fields(frame):
    for name in ("payload", "data", "message"):
        if isinstance(frame.get(name), dict):
            return frame[name]
    return frame


@pytest.mark.parametrize("dialect", [Rest, Bare, Multiplexed, Room, Roulette, SocketIo])
async def test_who_asks_is_told_whom_a_message_mentions(server, dialect):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    async with joined(asking(dialect(bob, chat)), dialect(bob, chat)) as (asks, plain):
        await say(ann, chat, f"@{bob.username.upper()}, @all and @{ann.username}: see a@{bob.username}, @nobody")
        wanted = SENT.get(dialect, lambda frame: True)
        told, usual = fields(await asks.next(wanted)), fields(await plain.next(wanted))
        assert told["mentions"] in ([bob.id, ann.id], [bob.uuid, ann.uuid])
        assert told["mentions_all"] is True
        assert "mentions" not in usual and "mentions_all" not in usual


async def test_everybody_mentioned_is_notified_once_whatever_is_repeated_and_edited(server):
    ann, bob, eve = await register_many(server, 3)
    chat = await group(ann, bob, eve)
    path = f"/api/chats/{chat.id}/messages"
    async with joined(SocketIo(bob, chat)) as (io,):
        words = f"hi @{bob.username}" + "!" * 200
        message = await say(ann, chat, words, client_id="c-1")
        assert (await say(ann, chat, words, client_id="c-1"))["id"] == message["id"]
        live = (await io.next("notification:new"))["data"]
    assert (live["type"], live["title"], live["body"]) == ("mention", ann.name, words[:140])
    assert set(live["data"]) == {"chat_id", "message_id"} and live["data"]["chat_id"] == chat.uuid
    await bob.call("PATCH", "/api/auth/me", {"name": "Bob"}, expect=200)
    await ann.call("PATCH", f"{path}/{message['id']}", {"content": f"@{bob.username} @{eve.username}"}, expect=200)
    await ann.call("PATCH", "/api/auth/me", {"name": "Анна"}, expect=200)
    marker = await say(ann, chat, f"@{eve.username}")
    [only] = await notified(eve, 1)
    assert only["body"] == marker["content"], "an edit notifies nobody"
    [stored] = await notifications(bob)
    assert (stored["id"], stored["title"], stored["body"]) == (live["id"], "Анна", f"@{bob.username} @{eve.username}")
    await ann.call("DELETE", f"{path}/{message['id']}", expect=200)
    [stored] = await notifications(bob)
    assert stored["body"] == ""
    assert await notifications(ann) == []


async def test_unread_mentions_are_exact(server):
    ann, bob, eve = await register_many(server, 3)
    chat = await group(ann, bob, eve)
    path = f"/api/chats/{chat.id}/messages"
    first = await say(ann, chat, f"@{bob.username}")
    second = await say(ann, chat, f"@all @{bob.username}")
    await say(eve, chat, "@all is for the owner to say")
    assert (await unread(bob, chat), await unread(eve, chat), await unread(ann, chat)) == ((3, 2), (2, 1), (1, 0))
    await ann.call("PATCH", f"{path}/{first['id']}", {"content": "nobody"}, expect=200)
    assert await unread(bob, chat) == (3, 1)
    await ann.call("DELETE", f"{path}/{second['id']}", expect=200)
    assert await unread(bob, chat) == (2, 0)
    async with joined(asking(Multiplexed(bob, chat))) as (multi,):
        await say(ann, chat, f"@{bob.username}")
        line = await multi.next(lambda frame: frame.get("type") == "chat_updated" and frame["unread_count"] == 3)
        assert line["unread_mentions"] == 1
    await bob.call("POST", f"/api/chats/{chat.id}/read", expect=200)
    assert await unread(bob, chat) == (0, 0)


async def test_all_notifies_everybody_else_once(server):
    people = await register_many(server, 5)
    ann, bob, *others = people
    chat = await group(*people)
    await say(bob, chat, "@all")
    await say(ann, chat, f"@all, @{bob.username} above all")
    for user in (bob, *others):
        [told] = await notified(user, 1)
        assert told["title"] == ann.name
    await asyncio.sleep(0)
    assert await notifications(ann) == []
