#!/usr/bin/env python3
"""Checks the history file of `proof` and knows nothing else of it (its format stands in history.rs).

usage: check.py FILE. Exit code 1 if an acknowledged message is nowhere, or somebody did not hear every message of their
room exactly once and in the room's order, or what one process acknowledged is not in its order.
"""

import json
import sys
from collections import defaultdict


def load(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def check(operations):
    invoked, acked, heard, rooms = (
        defaultdict(list),
        defaultdict(dict),
        defaultdict(list),
        [],
    )
    for operation in operations:
        match operation["f"], operation["type"]:
            case "send", "invoke":
                invoked[operation["process"]].append(operation["value"])
            case "send", "ok":
                acked[operation["process"]][operation["value"]] = operation["id"]
            case "hear", "ok":
                heard[operation["process"]].append((operation["id"], operation["value"]))
            case "read", "ok":
                rooms.append(operation)
    for room in rooms:
        there = [tuple(message) for message in room["value"]]
        ids = [id for id, _ in there]
        if ids != sorted(set(ids)):
            yield f"room {room['room']}: its ids do not grow"
        sent = {value for member in room["members"] for value in invoked[member]}
        for _, value in there:
            if value not in sent:
                yield f"room {room['room']}: nobody sent {value}"
        if len({value for _, value in there}) != len(there):
            yield f"room {room['room']}: a message is there twice"
        for member in room["members"]:
            yield from check_member(member, there, invoked[member], acked[member], heard[member])


def check_member(member, there, invoked, acked, heard):
    for value, id in acked.items():
        if (id, value) not in there:
            yield f"{member}: {value} was acknowledged as {id} and is not there"
    own = [value for _, value in there if value in set(invoked)]
    if own != [value for value in invoked if value in set(own)]:
        yield f"{member}: its own messages are not in the order in which it sent them"
    if heard != there:
        missing = [message for message in there if message not in set(heard)]
        yield f"{member}: heard {len(heard)} of {len(there)} messages, {len(missing)} are missing: {missing[:3]}"


if __name__ == "__main__":
    operations = load(sys.argv[1])
    faults = list(check(operations))
    for fault in faults[:20]:
        print(fault)
    sends = sum(operation["f"] == "send" and operation["type"] == "ok" for operation in operations)
    print(f"{len(operations)} operations, {sends} acknowledged: {len(faults)} faults")
    sys.exit(1 if faults or not sends else 0)
