"""Pins: who leads a group pins, everybody sees it who asks, and a deleted message leaves the pins without a word."""

import functools

import pytest

from harness.asking import asking as asking_for
from harness.dialects import Bare, Multiplexed, Rest, Room, Roulette, SocketIo, joined
from harness.inbox import kind
from harness.people import group, register_many

asking = functools.partial(asking_for, features="pins")


def is_pin(frame):
    return kind(frame).removeprefix("chat:message:").removeprefix("message_") in ("pinned", "unpinned")


async def say(user, chat, content):
    return (await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": content}, expect=200)).data["id"]


async def pin(user, chat, message, method="PUT", expect=200):
    return await user.call(method, f"/api/chats/{chat.id}/messages/{message}/pin", expect=expect)


async def pins(user, chat):
    path = f"/api/chats/{chat.id}/pins"
    answer = await user.call("GET", path, headers={"X-Chat-Features": "pins"}, expect=200)
    assert answer.body["next_before"] is None and all(message["pinned"] for message in answer.data)
    return [message["id"] for message in answer.data]


@pytest.mark.parametrize("dialect", [Rest, Multiplexed, Room, Roulette, SocketIo])
async def test_who_asks_hears_of_pins_and_nobody_else_does(server, dialect):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    message = await say(ann, chat, "hi")
    async with joined(asking(dialect(bob, chat)), dialect(bob, chat), Bare(bob, chat)) as (asks, plain, bare):
        assert (await pin(ann, chat, message)).data == {"pinned": True}
        assert (await pin(ann, chat, message)).data == {"pinned": True}
        heard = await asks.next(is_pin)
        fields = heard.get("payload") or heard.get("data") or heard
        assert kind(heard).endswith("_pinned") or kind(heard).endswith(":pinned")
        assert fields["user_id"] in (ann.id, ann.uuid)
        assert (await pin(ann, chat, message, "DELETE")).data == {"pinned": False}
        assert "unpinned" in kind(await asks.next(is_pin)), "what was pinned twice was told once"
        await ann.call("PUT", f"/api/chats/{chat.id}/messages/{message}/like", expect=200)
        liked = "chat:message:liked" if dialect is SocketIo else "message_liked"
        assert not any(is_pin(frame) for frame in await plain.until(liked))
        assert bare.inbox.heard == []


async def test_pins_come_newest_first_and_are_the_owners_affair(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    first, second, third = [await say(bob, chat, word) for word in ("first", "second", "third")]
    refused = await pin(bob, chat, first, expect=403)
    assert refused.body["code"] == "FORBIDDEN"
    for message in (second, first, third):
        await pin(ann, chat, message)
    assert await pins(bob, chat) == [third, first, second]
    cursor = (await bob.call("GET", f"/api/chats/{chat.id}/messages", expect=200)).body["cursor"]
    await bob.call("DELETE", f"/api/chats/{chat.id}/messages/{first}", expect=200)
    await pin(ann, chat, second, "DELETE")
    assert await pins(bob, chat) == [third]
    await pin(ann, chat, first, expect=404)
    async with joined(asking(Multiplexed(bob, chat)), cursor=cursor) as (after,):
        heard = [await after.next(lambda frame: "message_id" in frame) for _ in range(2)]
        assert [(kind(frame), frame["message_id"]) for frame in heard] == [
            ("message_deleted", first),
            ("message_unpinned", second),
        ]


async def test_both_pin_in_a_direct_chat(server):
    ann, bob = await register_many(server, 2)
    answer = await ann.call("POST", "/api/chats", {"type": "direct", "user_id": bob.id}, expect=201)
    path = f"/api/chats/{answer.data['id']}"
    message = (await ann.call("POST", f"{path}/messages", {"content": "hi"}, expect=200)).data["id"]
    assert (await bob.call("PUT", f"{path}/messages/{message}/pin", expect=200)).data == {"pinned": True}
    assert [one["id"] for one in (await ann.call("GET", f"{path}/pins", expect=200)).data] == [message]


async def test_fifty_messages_are_pinned_at_most(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    messages = [await say(user, chat, "hi") for user in (ann, bob) for _ in range(26)]
    for message in messages[:50]:
        await pin(ann, chat, message)
    refused = await pin(ann, chat, messages[50], expect=409)
    assert refused.body["code"] == "CONFLICT"
    await ann.call("DELETE", f"/api/chats/{chat.id}/messages/{messages[0]}", expect=200)
    await pin(ann, chat, messages[50])
