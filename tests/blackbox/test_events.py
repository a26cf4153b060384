"""Who may say what on a socket, and who hears what: every command and every event, for strangers, removed members and
members.

What the AsyncAPI document names and these tables do not is a failure (its own test holds that document to the codecs):
whoever adds a command or an event says whose it is.
"""

import pytest

from harness import ids
from harness.dialects import Bare, Multiplexed, Rest, Room, Roulette, SocketIo, joined
from harness.http import call
from harness.inbox import kind
from harness.people import add, group, register_many, remove

FLAGS = {"presence_grace": "1"}
# Anybody may say it, and it says nothing of a room.
OWN = None
# A command's fields; the room is added where the address does not name it.
COMMANDS = {
    "stream": {},
    "bare": {"message": {"content": "x"}},
    "multiplexed": {
        "ping": OWN,
        "status": OWN,
        "auth": OWN,
        "leave_chat": OWN,
        "join_chat": {},
        "send_message": {"content": "x"},
        "edit_message": {"message_id": "{message}", "content": "y"},
        "like_message": {"message_id": "{message}"},
        "unlike_message": {"message_id": "{message}"},
        "react_message": {"message_id": "{message}", "emoji": "👍"},
        "unreact_message": {"message_id": "{message}", "emoji": "👍"},
        "read_messages": {"message_id": "{message}"},
        "typing": {"is_typing": True},
        "delete_message": {"message_id": "{message}"},
    },
    "room": {
        "chat_message": {"message": "x"},
        "edit_message": {"message_id": "{message}", "message": "y"},
        "like_message": {"message_id": "{message}"},
        "unlike_message": {"message_id": "{message}"},
        "react_message": {"message_id": "{message}", "emoji": "👍"},
        "unreact_message": {"message_id": "{message}", "emoji": "👍"},
        "mark_read": {"message_id": "{message}"},
        "typing": {"is_typing": True},
        "delete_message": {"message_id": "{message}"},
    },
    "roulette": {
        "send_message": {"content": "x"},
        "edit_message": {"message_id": "{uuid}", "content": "y"},
        "like_message": {"message_id": "{uuid}"},
        "unlike_message": {"message_id": "{uuid}"},
        "react_message": {"message_id": "{uuid}", "emoji": "👍"},
        "unreact_message": {"message_id": "{uuid}", "emoji": "👍"},
        "mark_read": {"message_id": "{uuid}"},
        "typing": {"is_typing": True},
        "delete_message": {"message_id": "{uuid}"},
    },
    "socketio": {
        "auth:refresh": OWN,
        "notification:read": OWN,
        "chat:leave": OWN,
        "chat:join": {},
        "chat:message:send": {"type": "text", "content": "x"},
        "chat:message:edit": {"message_id": "{uuid}", "content": "y"},
        "chat:message:like": {"message_id": "{uuid}"},
        "chat:message:unlike": {"message_id": "{uuid}"},
        "chat:message:react": {"message_id": "{uuid}", "emoji": "👍"},
        "chat:message:unreact": {"message_id": "{uuid}", "emoji": "👍"},
        "chat:message:read": {"message_id": "{uuid}"},
        "chat:typing": {"is_typing": True},
        "chat:message:delete": {"message_id": "{uuid}"},
    },
}
CHANGES = {"message_deleted", "message_liked", "message_unliked", "member_added", "member_removed"}
# What tells of a room and of those in it.
OF_A_ROOM = {
    "stream": CHANGES | {"message", "message_updated", "messages_read", "typing"},
    "bare": {"message"},
    "multiplexed": CHANGES
    | {"new_message", "message_updated", "messages_read", "typing", "user_status", "user_offline", "chat_updated"},
    "room": CHANGES | {"chat_message", "message_edited", "messages_read", "typing_indicator", "user_status"},
    "roulette": CHANGES
    | {"new_message", "message_edited", "message_status_update", "typing", "user_status", "chat_updated"},
    "socketio": {
        f"chat:message:{what}" for what in ("new", "edited", "deleted", "liked", "unliked", "read", "delivered")
    }
    | {"chat:typing", "chat:member:added", "chat:member:removed", "chat:updated", "user:online", "user:offline"},
}
# What only those hear who ask for it; test_reactions, test_pins and test_moderation hold who does.
EXTRAS = {
    "message_reacted",
    "message_unreacted",
    "message_pinned",
    "message_unpinned",
    "member_updated",
    "chat_changed",
}
ASKED = {
    "stream": EXTRAS,
    "bare": set(),
    "multiplexed": EXTRAS,
    "room": EXTRAS,
    "roulette": EXTRAS,
    "socketio": {f"chat:message:{what}" for what in ("reacted", "unreacted", "pinned", "unpinned")}
    | {"chat:member:updated", "chat:changed"},
}
# Answers to what this socket said, and what tells of its user alone.
OF_ONESELF = {
    "stream": {"resync"},
    "bare": set(),
    "multiplexed": {"connected", "pong", "joined_chat", "left_chat", "message_sent", "resync", "error"},
    "room": {"message_sent", "messages_marked_read", "cursor", "resync", "error"},
    "roulette": {"message_sent", "chatroulette_match", "chatroulette_left", "cursor", "resync", "error"},
    "socketio": {"connected", "sync:required", "notification:new", "post:liked", "post:commented", "error"},
}


async def documented(server, direction):
    document = (await call(server, "GET", "/api/asyncapi.json", expect=200)).body
    return {
        channel: {name.removeprefix(direction) for name in about["messages"] if name.startswith(direction)}
        for channel, about in document["channels"].items()
    }


async def test_every_documented_command_has_an_entry(server):
    assert await documented(server, "in.") == {channel: set(table) for channel, table in COMMANDS.items()}


async def test_every_documented_event_has_an_entry(server):
    assert await documented(server, "out.") == {
        name: OF_A_ROOM[name] | ASKED[name] | OF_ONESELF[name] for name in OF_A_ROOM
    }


def of_a_room(channel, message):
    """The commands about a room, with their fields."""
    spelt = {"{message}": message, "{uuid}": ids.uuid(ids.MESSAGE, message)}
    for name, fields in COMMANDS[channel].items():
        if fields is not OWN:
            yield (
                name,
                {key: spelt.get(value, value) if isinstance(value, str) else value for key, value in fields.items()},
            )


async def story(server):
    """An owner, a member, somebody removed, a stranger and one more, with one message of the member in the chat."""
    owner, member, removed, stranger, other = await register_many(server, 5)
    chat = await group(owner, member, removed)
    sent = await member.call("POST", f"/api/chats/{chat.id}/messages", {"content": "mine"}, expect=200)
    await remove(owner, chat, removed)
    return chat, sent.data["id"], owner, member, {"removed": removed, "stranger": stranger}, other


@pytest.mark.parametrize("who", ["stranger", "removed"])
async def test_outsiders_may_say_nothing(server, who):
    chat, message, owner, _, outsiders, _ = await story(server)
    user = outsiders[who]
    clients = Multiplexed(user, None), SocketIo(user, None), Roulette(user, None), Multiplexed(owner, chat)
    async with joined(*clients) as (multi, io, personal, witness):
        for name, fields in of_a_room("multiplexed", message):
            await multi.send({"type": name, "chat_id": chat.id} | fields)
            assert (await multi.next("error"))["code"] == "FORBIDDEN", name
        await multi.send({"type": "join_chat", "chat_id": chat.id, "cursor": ""})
        assert (await multi.next("error"))["code"] == "FORBIDDEN"
        for name, fields in of_a_room("socketio", message):
            assert (await io.call(name, {"chat_id": chat.uuid} | fields))["code"] == "FORBIDDEN", name
        # Here the address names the room, and without one there is none.
        for name, fields in of_a_room("roulette", message):
            await personal.send({"type": name, "payload": {"chat_id": chat.uuid} | fields})
            assert (await personal.next("error"))["payload"]["code"] == "INVALID_DATA", name
        mark = await witness.message("mark")
        frames = await witness.until("new_message")
        assert frames[-1]["message"]["id"] == mark
        assert {kind(frame) for frame in frames} <= {"message_sent", "new_message", "user_status"}


async def test_a_member_may_say_everything(server):
    chat, _, _, member, _, _ = await story(server)
    async with joined(Multiplexed(member, chat), Room(member, chat), Roulette(member, chat)) as (multi, room, roulette):
        for client, channel in ((multi, "multiplexed"), (room, "room"), (roulette, "roulette")):
            message = await client.message(f"of {channel}")
            for name, fields in of_a_room(channel, message):
                match client:
                    case Multiplexed():
                        await client.send({"type": name, "chat_id": chat.id} | fields)
                    case Room():
                        await client.send({"type": name} | fields)
                    case Roulette():
                        await client.send({"type": name, "payload": fields})
            await client.message(f"after {channel}")
            assert "error" not in {kind(frame) for frame in client.inbox.heard}
    async with joined(SocketIo(member, chat), Bare(member, chat)) as (io, bare):
        message = await io.message("of socketio")
        for name, fields in of_a_room("socketio", message):
            ack = await io.call(name, {"chat_id": chat.uuid} | fields)
            assert ack["status"] != "error", (name, ack)
        assert await bare.message("of bare") > message


def listeners(user, chat):
    """One socket for each channel, two where there are two kinds."""
    return {
        "stream": [Rest(user, chat)],
        "bare": [Bare(user, chat)],
        "multiplexed": [Multiplexed(user, chat)],
        "room": [Room(user, chat)],
        "roulette": [Roulette(user, chat), Roulette(user, None)],
        "socketio": [SocketIo(user, chat)],
    }


async def everything_happens(chat, owner, other, member_socket):
    """All that can be told of a room, most of it by its owner, who comes for it and goes."""
    async with joined(Multiplexed(owner, chat)) as (actor,):
        message = await actor.message("told")
        await actor.edit(message, "told again")
        await actor.like(message)
        await actor.unlike(message)
        await actor.typing(True)
        await actor.typing(False)
        theirs = await member_socket.message("read me")
        await actor.next(lambda frame: kind(frame) == "new_message" and frame["message"]["id"] == theirs)
        # What was read is not delivered any more: first one, then the other.
        await member_socket.until_delivered(theirs)
        await actor.read(theirs)
        await actor.delete(message)
        await add(owner, chat, other)
        await remove(owner, chat, other)
        await actor.next("member_removed")


class Author(SocketIo):
    async def until_delivered(self, message):
        await self.inbox.seen(
            lambda frame: (
                kind(frame) == "chat:message:delivered" and frame["data"]["message_id"] == self._spelt(message)
            )
        )


async def test_a_member_hears_every_event_of_the_room(server):
    chat, _, owner, member, _, other = await story(server)
    channels = listeners(member, chat)
    channels["socketio"] = [author := Author(member, chat)]
    async with joined(*(client for clients in channels.values() for client in clients)):
        await everything_happens(chat, owner, other, author)
        for channel, clients in channels.items():
            for client in clients:
                await all_of(told_by(channel, client), client)


def told_by(channel, client):
    """What this socket hears of a room. Dialect 4 tells of the chat list where the address names no room."""
    if channel != "roulette":
        return OF_A_ROOM[channel]
    return OF_A_ROOM[channel] - {"chat_updated"} if client.chat else {"chat_updated"}


async def all_of(wanted, client):
    """Waits until all of these kinds were heard. Bare messages have none."""
    heard = {kind(frame) or "message" for frame in client.inbox.heard}
    while wanted - heard:
        heard.add(kind(await client.next(lambda frame: True)) or "message")


@pytest.mark.parametrize("who", ["stranger", "removed"])
async def test_outsiders_hear_no_event_of_the_room(server, who):
    chat, _, owner, member, outsiders, other = await story(server)
    user = outsiders[who]
    own = await group(user)
    # In a room of their own they hear; what is said there last comes after all that they must not hear.
    channels = listeners(user, own)
    async with joined(
        *(client for clients in channels.values() for client in clients), Author(member, chat)
    ) as clients:
        author = clients[-1]
        await everything_happens(chat, owner, other, author)
        await author.next("user:offline")
        mark = await channels["multiplexed"][0].message("mark")
        for channel, [client, *personal] in channels.items():
            await client.next(lambda frame: str(mark) in str(frame) or ids.uuid(ids.MESSAGE, mark) in str(frame))
            for each in [client, *personal]:
                foreign = [frame for frame in each.inbox.heard if speaks_of(frame, chat, owner, member, other)]
                assert foreign == [], channel


def speaks_of(frame, chat, *people):
    """Whether a frame names the room or anybody in it."""
    named = {str(person.username) for person in people} | {person.uuid for person in people} | {chat.uuid}
    text = str(frame)
    numbers = [frame.get("chat_id") == chat.id, frame.get("user_id") in {person.id for person in people}]
    return any(numbers) or any(name in text for name in named) or "read me" in text or "told" in text
