"""Comparing frames: exact keys, and values that are equal or match a pattern."""

import json
import re
from datetime import UTC, datetime, timedelta

from . import ids


class Pattern:
    """Equal to whatever it matches, so that frames can be compared with plain `==`."""

    def __init__(self, name, recognises):
        self.name = name
        self.recognises = recognises

    def __eq__(self, other):
        return bool(self.recognises(other))

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f"<{self.name}>"


def _time(fraction):
    shape = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d" + fraction + "Z")
    # Ten minutes each way: a wrong time zone or unit is far outside of it.
    window = timedelta(minutes=10)

    def recognises(text):
        if not isinstance(text, str) or not shape.fullmatch(text):
            return False
        return abs(datetime.now(UTC) - datetime.fromisoformat(text)) < window

    return recognises


SECONDS = Pattern("time in seconds", _time(""))
MILLIS = Pattern("time in milliseconds", _time(r"\.\d{3}"))
MICROS = Pattern("time in microseconds", _time(r"\.\d{6}"))
TEXT = Pattern("a text", lambda value: isinstance(value, str) and value != "")
INTEGER = Pattern(
    "a positive integer", lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0
)
COUNT = Pattern("a count", lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0)
BOOL = Pattern("a boolean", lambda value: isinstance(value, bool))
ANYTHING = Pattern("anything", lambda value: True)


def maybe(pattern):
    return Pattern(f"null or {pattern}", lambda value: value is None or value == pattern)


def one_of(*values):
    return Pattern(f"one of {values}", lambda value: value in values)


def _is_ours(kind, value):
    found = isinstance(value, str) and ids.LAYOUT.fullmatch(value)
    return found and int(found[1], 16) == kind


CHAT_UUID = Pattern("a chat's UUID", lambda value: _is_ours(ids.CHAT, value))
MESSAGE_UUID = Pattern("a message's UUID", lambda value: _is_ours(ids.MESSAGE, value))
USER_UUID = Pattern("a user's UUID", lambda value: _is_ours(ids.USER, value))
NOTIFICATION_UUID = Pattern("a notification's UUID", lambda value: _is_ours(ids.NOTIFICATION, value))


def same(got, wanted, about=""):
    """Fails with the keys and values that differ."""
    # In Python True == 1, but not in JSON.
    if differences := list(_compare(got, wanted, "")):
        shown = json.dumps(got, ensure_ascii=False, default=repr)
        raise AssertionError(f"{about}\n  " + "\n  ".join(differences) + f"\n  in {shown}")


def _compare(got, wanted, path):
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in wanted.keys() - got.keys():
            yield f"{path}.{key} is missing"
        for key in got.keys() - wanted.keys():
            yield f"{path}.{key} is too much"
        for key in wanted.keys() & got.keys():
            yield from _compare(got[key], wanted[key], f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(got) == len(wanted):
        for index, (one, other) in enumerate(zip(got, wanted, strict=True)):
            yield from _compare(one, other, f"{path}[{index}]")
    elif not (wanted == got) or isinstance(got, bool) != isinstance(wanted, bool) and not isinstance(wanted, Pattern):
        yield f"{path} is {got!r} instead of {wanted!r}"
