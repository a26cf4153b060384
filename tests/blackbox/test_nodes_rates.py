"""What somebody may do is so much for all nodes together: at three of them, at most half as much again."""

import asyncio
import contextlib
import itertools
import time
from dataclasses import replace

import pytest

from harness.dialects import Multiplexed, fresh
from harness.nodes import Nodes
from harness.people import group, register_many

pytestmark = pytest.mark.database

PER_SECOND, BURST, SOCKETS = 2, 20, 24
# As long as a burst takes to come back.
LASTS = BURST / PER_SECOND


@pytest.fixture(scope="module")
def nodes(on_postgres, new_database, backplane):
    flags = {"rate_messages": f"{PER_SECOND}/{BURST}", "max_sockets_per_user": SOCKETS}
    with Nodes(new_database(), 3, **flags, **backplane) as running:
        yield running.nodes


async def test_a_rate_is_for_all_nodes_together_and_whole_for_who_is_at_one(nodes):
    spread, single = await register_many(nodes[0], 2)
    chat = await group(spread, single)
    answers = await asyncio.gather(say_for_long(spread, chat, nodes), say_for_long(single, chat, nodes[1:2]))
    for said, lasted, began in answers:
        assert began >= BURST, "a whole burst at once"
        assert said <= 1.5 * (BURST + PER_SECOND * lasted)


async def say_for_long(user, chat, nodes):
    """Faster than is right: how often it was said, for how long, and how often before the first refusal."""
    said, began, start = 0, None, time.monotonic()
    for node in itertools.cycle(nodes):
        lasted = time.monotonic() - start
        if lasted > LASTS:
            return said, lasted, said if began is None else began
        asked = replace(user, server=node)
        answer = await asked.call("POST", f"/api/chats/{chat.id}/messages", {"content": fresh()})
        if answer.status == 200:
            said += 1
        else:
            assert answer.status == 429, answer.body
            began = said if began is None else began
        await asyncio.sleep(0.02)


async def test_sockets_are_counted_over_all_nodes(nodes):
    (user,) = await register_many(nodes[0], 1)
    chat = await group(user)
    async with contextlib.AsyncExitStack() as stack:
        opened, refused = [0, 0, 0], 0
        for turn in itertools.count():
            try:
                client = await Multiplexed(replace(user, server=nodes[turn % 3]), chat).join()
            except AssertionError as refusal:
                assert "refused with 429" in str(refusal)
                refused += 1
                if refused == 3:
                    break
                continue
            await stack.enter_async_context(client)
            refused = 0
            opened[turn % 3] += 1
            # How many there are is told, too; who goes on at once may be ahead of it.
            await asyncio.sleep(0.02 if sum(opened) < SOCKETS else 1)
        assert SOCKETS <= sum(opened) <= 1.5 * SOCKETS, opened
