"""The trees `/api`, `/api/v1` and `/api/v2`: how each spells things, and the shapes of its answers."""

from . import ids
from .frames import error, rest_message, roulette_message, socketio_message
from .shapes import MICROS, SECONDS, TEXT, Pattern, maybe, one_of

# These tests do not look at when a message is delivered.
STATUS = one_of("sent", "delivered", "read", "edited")


class Tree:
    """How a tree spells things."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.whole = prefix == "/api"
        self.time = MICROS if self.whole else SECONDS

    def id(self, kind, number):
        return number if self.whole else ids.uuid(kind, number)

    def chat(self, chat):
        return self.id(ids.CHAT, chat.id)

    def user(self, user):
        return user.id if self.whole else user.uuid

    def path(self, chat, rest=""):
        return f"{self.prefix}/chats/{self.chat(chat)}{rest}"

    def wrapped(self, data, **more):
        return ({"status": "success"} if self.whole else {}) | {"data": data} | more

    def error(self, code, **more):
        if self.whole:
            return error(1, code, **more)
        return {"code": code, "message": TEXT, "timestamp": SECONDS} | more

    def message(self, message, content, user, chat, **changed):
        match self.prefix:
            case "/api":
                return rest_message(message, content, user)
            case "/api/v1":
                return roulette_message(message, content, user, chat, **changed)
            case "/api/v2":
                return socketio_message(message, content, user, chat, **changed)

    def member(self, user, role="member", is_online=False):
        return {
            "id": self.user(user),
            "name": user.name,
            "username": user.username,
            "avatar": user.avatar,
            "is_online": is_online,
            "last_seen": maybe(self.time),
            "role": role,
        }

    def chat_object(self, chat, *, kind="group", title="A group", unread=0, last=None, roles=None):
        roles = roles or ["owner"] + ["member"] * (len(chat.members) - 1)
        members = [self.member(user, role) for user, role in zip(chat.members, roles, strict=True)]
        return {
            "id": self.chat(chat),
            "type": kind,
            "title": title,
            "created_at": self.time,
            "unread_count": unread,
            "last_message": last,
            "members": Pattern(f"the members {members}", lambda got: by_id(got) == by_id(members)),
            "members_count": len(members),
        }

    @property
    def deleted(self):
        return 200 if self.whole else 204

    def gone(self):
        return {"status": "success"} if self.whole else None


def by_id(members):
    """Sorts members, whose order is not promised."""
    return sorted(members, key=lambda member: member["id"])


async def sent(user, tree, chat, content, **more):
    status = 200 if tree.whole else 201
    answer = await user.call("POST", tree.path(chat, "/messages"), {"content": content} | more, expect=status)
    spelt = answer.data["id"]
    return (spelt if tree.whole else ids.number(spelt, ids.MESSAGE)), answer
