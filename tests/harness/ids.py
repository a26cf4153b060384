"""Ids in their two spellings: a number, and a UUID that is computed from it."""

import re

USER, CHAT, MESSAGE, NOTIFICATION = 1, 2, 3, 4

LAYOUT = re.compile(r"63686174-([0-9a-f]{4})-8000-8([0-9a-f]{3})-([0-9a-f]{12})")


def uuid(kind, number):
    return f"63686174-{kind:04x}-8000-8{number >> 48:03x}-{number & (1 << 48) - 1:012x}"


def number(text, kind=None):
    """Returns the number in one of our UUIDs; fails for any other text."""
    found = LAYOUT.fullmatch(text)
    assert found, f"{text!r} is not a UUID of ours"
    assert kind is None or int(found[1], 16) == kind, f"{text!r} is not of kind {kind}"
    return int(found[2], 16) << 48 | int(found[3], 16)
