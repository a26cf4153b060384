"""Searching for strangers, and the frames about it."""

from . import ids
from .people import Chat
from .shapes import BOOL, CHAT_UUID, SECONDS, same

PREFIX = "/api/v1/chatroulette"


async def call(user, method, what, expect):
    return (await user.call(method, f"{PREFIX}/{what}", expect=expect)).body


async def search(user, what="search"):
    return (await call(user, "POST", what, 200))["data"]


def match(user):
    """Returns what the partner is told about this user."""
    return {"id": user.uuid, "username": user.username, "is_online": BOOL, "last_seen": SECONDS}


def match_frame(chat_uuid, partner):
    return {
        "type": "chatroulette_match",
        "chat_id": chat_uuid,
        "payload": {"user": match(partner) | {"is_online": True}, "chat_id": chat_uuid},
    }


def left_frame(chat_uuid, gone):
    payload = {"user_id": gone.uuid, "username": gone.username}
    return {"type": "chatroulette_left", "chat_id": chat_uuid, "payload": payload}


async def pair(one, other):
    """Matches two users with personal sockets; returns their chat."""
    same(await search(one), {"status": "searching"})
    found = await search(other)
    same(found, {"status": "matched", "chat_id": CHAT_UUID, "user": match(one)})
    return Chat(ids.number(found["chat_id"], ids.CHAT), [one, other])
