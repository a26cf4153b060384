"""Replies: every dialect sends them, who asks sees what they answer as that is now, and who does not sees messages."""

import functools

import pytest

from harness.asking import SENT, say
from harness.asking import asking as asking_for
from harness.dialects import Bare, Multiplexed, Rest, Room, Roulette, SocketIo, joined
from harness.people import group, register_many

asking = functools.partial(asking_for, features="replies")

DIALECTS = [Rest, Bare, Multiplexed, Room, Roulette, SocketIo]


async def asked(user, path, **more):
    return (await user.call("GET", path, headers={"X-Chat-Features": "replies"}, expect=200, **more)).data


def fields(frame):
    """The message object of a frame, whatever is around it."""
    for name in ("payload", "data", "message"):
        if isinstance(frame.get(name), dict):
            return frame[name]
    return frame


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_who_asks_is_told_what_a_message_answers_and_who_does_not_is_told_a_message(server, dialect):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    first = (await say(ann, chat, "ж" * 200))["id"]
    async with joined(asking(dialect(bob, chat)), dialect(bob, chat)) as (asks, plain):
        await say(ann, chat, "an answer", reply_to=first)
        wanted = SENT.get(dialect, lambda frame: True)
        told, usual = fields(await asks.next(wanted)), fields(await plain.next(wanted))
        assert told["reply_to"]["excerpt"] == "ж" * 140
        assert told["reply_to"]["name"] == ann.name
        assert told["thread_id"] == told["reply_to"]["id"]
        assert told["reply_to"]["user_id"] in (ann.id, ann.uuid)
        assert "reply_to" not in usual and "thread_id" not in usual
        await say(ann, chat, "nothing answered")
        told = fields(await asks.next(wanted))
        assert (told["reply_to"], told["thread_id"]) == (None, None)


@pytest.mark.parametrize("dialect", [Bare, Multiplexed, Room, Roulette, SocketIo])
async def test_every_dialect_sends_replies(server, dialect):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    first = (await say(ann, chat, "first"))["id"]
    async with joined(dialect(bob, chat), asking(Room(ann, chat))) as (client, hears):
        spelt = client._spelt(first) if hasattr(client, "_spelt") else first
        frames = {
            Bare: {"type": "message", "content": "hi"},
            Multiplexed: {"type": "send_message", "chat_id": chat.id, "content": "hi"},
            Room: {"type": "chat_message", "message": "hi"},
            Roulette: {"type": "send_message", "payload": {"content": "hi"}},
        }
        if dialect is SocketIo:
            ack = await client.call("chat:message:send", {"chat_id": chat.uuid, "content": "hi", "reply_to": spelt})
            assert ack["status"] == "sent"
        else:
            frame = frames[dialect]
            frame.get("payload", frame)["reply_to"] = spelt
            await client.send(frame)
        heard = await hears.next("chat_message")
        assert (heard["reply_to"]["id"], heard["reply_to"]["excerpt"]) == (first, "first")


async def test_a_thread_is_whole_and_counts_what_stands_and_quotes_follow(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    messages = f"/api/chats/{chat.id}/messages"
    first = (await say(ann, chat, "first"))["id"]
    second = (await say(bob, chat, "second", reply_to=first))["id"]
    third = (await say(ann, chat, "third", reply_to=second))["id"]
    await say(ann, chat, "beside it")
    history = await asked(bob, messages)
    assert [one["thread_id"] for one in history] == [None, first, first, None]
    assert (history[0]["replies_count"], history[0]["last_reply_at"]) == (2, history[2]["created_at"])
    assert "replies_count" not in history[1]
    for one in (first, second, third):
        assert [message["id"] for message in await asked(ann, f"{messages}/{one}/replies")] == [first, second, third]
    page = await ann.call("GET", f"{messages}/{second}/replies?limit=2", expect=200)
    assert ([one["id"] for one in page.data], page.body["next_before"]) == ([second, third], second)
    rest = await asked(ann, f"{messages}/{second}/replies?before_id={second}")
    assert [one["id"] for one in rest] == [first]

    async with joined(asking(Room(bob, chat)), cursor="") as (before,):
        await bob.call("PATCH", f"{messages}/{second}", {"content": "other words"}, expect=200)
        await ann.call("PATCH", "/api/auth/me", {"name": "Анна"}, expect=200)
        await before.next("message_edited")
        assert (await asked(bob, f"{messages}/{third}"))["reply_to"]["excerpt"] == "other words"
        assert (await asked(bob, f"{messages}/{second}"))["reply_to"]["name"] == "Анна"
        await ann.call("DELETE", f"{messages}/{first}", expect=200)
        # Of what is in memory, too: a replay and a poll say what is true now.
        async with joined(asking(Multiplexed(bob, chat)), last_message_id=0) as (after,):
            told = [(await after.next("new_message"))["message"] for _ in range(3)]
        assert [one["reply_to"] and one["reply_to"]["excerpt"] for one in told] == ["", "other words", None]
        assert told[0]["reply_to"]["deleted"] is True and "deleted" not in told[1]["reply_to"]
    poll = await bob.call("GET", f"/api/chats/{chat.id}/poll?features=replies", expect=200)
    assert [one["reply_to"] and one["reply_to"]["excerpt"] for one in poll.data] == ["", "other words", None]
    thread = await asked(ann, f"{messages}/{first}/replies")
    assert [one["id"] for one in thread] == [second, third], "also when its first message is deleted"


async def test_a_reply_must_answer_a_message_of_the_room_and_its_name_covers_which(server):
    ann, bob = await register_many(server, 2)
    chat, other = await group(ann, bob), await group(ann, bob)
    elsewhere, gone = (await say(ann, other, "elsewhere"))["id"], (await say(ann, chat, "gone"))["id"]
    path = f"/api/chats/{chat.id}/messages"
    await ann.call("DELETE", f"{path}/{gone}", expect=200)
    for message in (elsewhere, gone, 2**50):
        refused = await ann.call("POST", path, {"content": "x", "reply_to": message}, expect=404)
        assert refused.body["code"] == "MESSAGE_NOT_FOUND"
    await ann.call("POST", path, {"content": "x", "reply_to": "first"}, expect=422)
    first, second = [(await say(ann, chat, word))["id"] for word in ("first", "second")]
    sent = await say(bob, chat, "hi", reply_to=first, client_id="c-1")
    again = await say(bob, chat, "hi", reply_to=first, client_id="c-1")
    assert again["id"] == sent["id"]
    for reply_to in (second, None):
        refused = await bob.call("POST", path, {"content": "hi", "reply_to": reply_to, "client_id": "c-1"}, expect=409)
        assert refused.body["message_id"] == sent["id"]
