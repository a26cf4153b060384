"""Reactions: everybody may give them, who asks hears them in every dialect, and nobody else notices."""

import functools
from urllib.parse import quote

import pytest

from harness.asking import asking as asking_for
from harness.dialects import Bare, Multiplexed, Rest, Room, Roulette, SocketIo, joined
from harness.inbox import kind
from harness.people import group, register_many

asking = functools.partial(asking_for, features="replies,reactions")

THUMB = "👍"
DIALECTS = [Rest, Multiplexed, Room, Roulette, SocketIo]


async def react(user, chat, message, emoji=THUMB, method="PUT"):
    path = f"/api/chats/{chat.id}/messages/{message}/reactions/{quote(emoji)}"
    return (await user.call(method, path, expect=200)).data


def is_reaction(frame):
    return kind(frame).removeprefix("chat:message:").removeprefix("message_") in ("reacted", "unreacted")


def fields(frame):
    """What a frame says of the reaction, whatever is around it."""
    return frame.get("payload") or frame.get("data") or frame


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_who_asks_hears_reactions_and_who_does_not_hears_nothing_of_them(server, dialect):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    message = (await ann.call("POST", f"/api/chats/{chat.id}/messages", {"content": "hi"}, expect=200)).data["id"]
    async with joined(asking(dialect(bob, chat)), dialect(bob, chat), Bare(bob, chat)) as (asks, plain, bare):
        given = await react(ann, chat, message)
        assert (given["emoji"], given["count"]) == (THUMB, 1)
        heard = fields(await asks.next(is_reaction))
        assert (heard["emoji"], heard["count"]) == (THUMB, 1)
        await react(ann, chat, message)
        await react(ann, chat, message, method="DELETE")
        heard = fields(await asks.next(is_reaction))
        assert (heard["emoji"], heard["count"]) == (THUMB, 0), "what was given twice was told twice"
        # A like is told to both, as it was.
        assert (await react(bob, chat, message, "\u2764"))["emoji"] == "\u2764\ufe0f"
        liked = "chat:message:liked" if dialect is SocketIo else "message_liked"
        await asks.next(liked)
        assert not any(is_reaction(frame) for frame in await plain.until(liked))
        assert bare.inbox.heard == []


async def test_a_resume_tells_the_last_of_each_reaction_to_who_asks(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    async with joined(asking(Room(bob, chat)), cursor="") as (before,):
        message = (await ann.call("POST", f"/api/chats/{chat.id}/messages", {"content": "hi"}, expect=200)).data["id"]
        await before.next("chat_message")
        cursor = before.cursor
    for emoji, method in [(THUMB, "PUT"), (THUMB, "DELETE"), (THUMB, "PUT"), ("🎉", "PUT"), ("🎉", "DELETE")]:
        await react(ann, chat, message, emoji, method)
    # In another dialect, by the same cursor.
    async with joined(asking(Multiplexed(bob, chat)), cursor=cursor) as (after,):
        heard = [await after.next(is_reaction) for _ in range(2)]
        assert [(kind(frame), frame["emoji"], frame["count"]) for frame in heard] == [
            ("message_reacted", THUMB, 1),
            ("message_unreacted", "🎉", 0),
        ]
    # Who asks for nothing is brought past them all the same.
    async with joined(Multiplexed(bob, chat), cursor=cursor) as (after,):
        await ann.call("POST", f"/api/chats/{chat.id}/messages", {"content": "next"}, expect=200)
        assert not any(is_reaction(frame) for frame in await after.until("new_message"))


async def test_sockets_react_too_and_socketio_is_answered(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    clients = asking(Multiplexed(ann, chat)), Room(bob, chat), Roulette(bob, chat), SocketIo(bob, chat)
    async with joined(*clients) as (multi, room, roulette, io):
        message = await multi.message("hi")
        await room.send({"type": "react_message", "message_id": message, "emoji": THUMB})
        assert (await multi.next("message_reacted"))["user_id"] == bob.id
        uuid = io._spelt(message)
        await roulette.send({"type": "unreact_message", "payload": {"message_id": uuid, "emoji": THUMB}})
        assert (await multi.next("message_unreacted"))["count"] == 0
        ack = await io.call("chat:message:react", {"chat_id": chat.uuid, "message_id": uuid, "emoji": "\u2764"})
        assert ack == {"status": "reacted", "message_id": uuid, "emoji": "\u2764\ufe0f", "count": 1}
        await multi.send({"type": "react_message", "chat_id": chat.id, "message_id": message, "emoji": "x"})
        assert (await multi.next("error"))["code"] == "INVALID_DATA"


async def test_a_repeated_send_says_what_its_sender_reacts_with(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    path, headers = f"/api/chats/{chat.id}/messages", {"X-Chat-Features": "reactions"}
    body = {"content": "hi", "client_id": "c-1"}
    message = (await ann.call("POST", path, body, headers=headers, expect=200)).data["id"]
    await react(ann, chat, message)
    await react(bob, chat, message, "🎉")
    again = (await ann.call("POST", path, body, headers=headers, expect=200)).data
    assert [(one["emoji"], one["mine"]) for one in again["reactions"]] == [(THUMB, True), ("🎉", False)]
    tone = quote("\U0001f3fd")
    refused = await ann.call("PUT", f"{path}/{message}/reactions/{tone}", expect=422)
    assert refused.body["code"] == "INVALID_DATA"
