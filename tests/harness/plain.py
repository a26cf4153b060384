"""What was said on a wire, with everything that differs from run to run replaced: ids, times, tokens, cursors.

The order of keys and the spelling of everything else stay as they were. Ids are numbered by their first appearance, so
that an integer and the UUID of the same thing read alike.
"""

import json
import re

from . import ids

KINDS = {ids.USER: "user", ids.CHAT: "room", ids.MESSAGE: "message", ids.NOTIFICATION: "notification"}
# The kind of thing that a number under this key names.
NUMBERS = {
    "user_id": "user",
    "sender_id": "user",
    "int_id": "user",
    "owner_id": "user",
    "liked_by": "user",
    "read_by": "user",
    "member_ids": "user",
    "chat_id": "room",
    "room_id": "room",
    "message_id": "message",
    "last_message_id": "message",
}
SECRETS = {
    "access_token": "token",
    "refresh_token": "token",
    "token": "token",
    "sid": "sid",
    "socket_id": "sid",
    "cursor": "cursor",
}
TIMES = [
    (re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"), "<micros>"),
    (re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"), "<millis>"),
    (re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"), "<seconds>"),
]
PATHS = [
    (re.compile(r"(/chats?/)(\d+)(?![\w-])"), "room"),
    (re.compile(r"(/messages/)(\d+)(?![\w-])"), "message"),
    (re.compile(r"(/(?:members|users)/)(\d+)(?![\w-])"), "user"),
    (re.compile(r"((?:before|message|after)_id=)(\d+)(?![\w-])"), "message"),
]


class Plain:
    """The placeholders of one transcript."""

    def __init__(self):
        self.names = {}
        self.counts = {}

    def call(self, kind, number, name):
        self.names[kind, number] = f"<{name}>"

    def json(self, text):
        """Replaces in the text of a frame or a body. JSON that is not as compact as the server writes it is marked and
        kept as it is."""
        try:
            value = json.loads(text)
        except ValueError:
            return f"not JSON: {text}"
        if compact(value) != text:
            return f"spelt otherwise: {self.text(text)}"
        return compact(self._value(value))

    def path(self, text):
        """Replaces in an address: ids, and tokens and cursors in its query."""
        for pattern, kind in PATHS:
            text = pattern.sub(lambda found, kind=kind: found[1] + self._number(kind, int(found[2])), text)
        text = re.sub(r"(?<=[?&]cursor=)[^&]+", "<cursor>", text)
        text = re.sub(r"(?<=&sid=)[^&]{10,}", "<sid>", text)
        return self.text(re.sub(r"[?&]token=[^&]+", "", text))

    def text(self, text):
        """Replaces the UUIDs in any text."""
        return ids.LAYOUT.sub(lambda found: self._uuid(found[0]), text)

    def _value(self, value, key=None, parent=None):
        match value:
            case dict():
                return {self.text(name): self._value(one, name, {"": key} | value) for name, one in value.items()}
            case list():
                return [self._value(one, key, parent) for one in value]
            case bool() | None | float():
                return value
            case int():
                return self._integer(value, key, parent or {})
            case str():
                return self._string(value, key)

    def _integer(self, value, key, parent):
        kind = NUMBERS.get(key)
        if key == "id":
            kind = kind_of(parent)
        if key == "next_before":
            return "<next>"
        return self._number(kind, value) if kind else value

    def _string(self, value, key):
        if key in SECRETS and value:
            return f"<{SECRETS[key]}>"
        for pattern, name in TIMES:
            if pattern.match(value):
                return name
        return self.text(value)

    def _uuid(self, text):
        found = ids.LAYOUT.fullmatch(text)
        kind = KINDS.get(int(found[1], 16))
        return self._number(kind, int(found[2], 16) << 48 | int(found[3], 16)) if kind else "<uuid>"

    def _number(self, kind, number):
        if (kind, number) not in self.names:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.names[kind, number] = f"<{kind} {self.counts[kind]}>"
        return self.names[kind, number]


def kind_of(thing):
    """Returns the kind of an `id`, from the fields beside it; `""` is the key under which the object stands."""
    if "members_count" in thing:
        return "room"
    if "username" in thing or "avatar" in thing or thing.get("") == "user":
        return "user"
    return "message"


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
