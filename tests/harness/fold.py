"""What a client knows of a room after the frames that it heard, the same for every dialect."""

from . import ids
from .inbox import kind

MESSAGE = {"message", "new_message", "chat_message", "chat:message:new"}
EDITED = {"message_updated", "message_edited", "chat:message:edited"}
DELETED = {"message_deleted", "chat:message:deleted"}
LIKED = {"message_liked", "message_unliked", "chat:message:liked", "chat:message:unliked"}
RESYNC = {"resync", "sync:required"}


class View:
    """Takes in frames. Fails on what must not happen: a message twice or out of order, or a change of an unknown
    one."""

    def __init__(self):
        self.contents = {}
        self.likes = {}
        self.deleted = set()
        self.newest = 0
        self.order = []

    def take(self, frame):
        name = kind(frame)
        if name in MESSAGE:
            self._message(*message_of(frame))
        elif name in EDITED:
            message, content = edit_of(frame)
            self.contents[message] = content
        elif name in DELETED:
            self._delete(subject(frame))
        elif name in LIKED:
            self.likes[subject(frame)] = body(frame)["likes_count"]

    def _message(self, message, content):
        assert message > self.newest, f"message {message} came after {self.newest}"
        self.newest = message
        self.contents[message] = content
        self.order.append(message)

    def _delete(self, message):
        assert message not in self.deleted, f"message {message} was deleted twice"
        self.deleted.add(message)
        self.contents.pop(message, None)

    def standing(self):
        """Returns what is there now: contents, and the likes of messages that have any."""
        return self.contents, {message: n for message, n in self.likes.items() if n and message not in self.deleted}


def body(frame):
    """Returns the part of a frame that has an event's fields."""
    if "event" in frame:
        return frame["data"]
    for inner in ("payload", "data"):
        if inner in frame:
            return frame[inner]
    return frame


def subject(frame):
    """Returns the number of the message that an event is about."""
    fields = body(frame)
    return as_number(fields.get("message_id", fields.get("id")))


def as_number(spelt):
    return spelt if isinstance(spelt, int) else ids.number(spelt, ids.MESSAGE)


def message_of(frame):
    fields = body(frame)
    if kind(frame) == "chat_message":
        return fields["message_id"], fields["message"]
    if isinstance(fields.get("message"), dict):
        fields = fields["message"]
    return as_number(fields["id"]), fields["content"]


def edit_of(frame):
    fields = body(frame)
    return subject(frame), fields["message"] if "message" in fields else fields["content"]
