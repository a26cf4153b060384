"""Somebody comes back after 100,000 messages: they all come, and the server does not keep them in memory."""

import asyncio

import pytest

from harness.dialects import Multiplexed, joined
from harness.inbox import kind
from harness.people import group, register


@pytest.mark.database
async def test_weeks_behind_with_flat_memory(new_server):
    server = new_server()
    anna, boris = await register(server), await register(server)
    chat = await group(anna, boris)
    count, padding = 100_000, "x" * 600
    async with joined(Multiplexed(anna, chat)) as (writer,):
        writer.inbox.put = Counter(writer.inbox.put)
        for start in range(0, count, 1000):
            for number in range(start, start + 1000):
                await writer._say("send_message", content=f"{number} {padding}")
            await writer.inbox.put.reach(start + 1000)
    await asyncio.to_thread(server.restart)
    before = server.memory()
    first = await replay_all(server, boris, chat, count)
    second = await replay_all(server, boris, chat, count)
    print(f"NOTE: {count} missed messages took {(first - before) >> 20} MiB, once more {(second - first) >> 20} MiB")
    # The first time fills the caches of the database's connections (on SQLite 16 MiB to write and 2 for each that reads),
    # the buffers of a full outbox and the allocator's pages; the second finds all of that there.
    assert first - before < 100 << 20
    assert second - first < 24 << 20


async def replay_all(server, user, chat, count):
    """Reads the whole chat, and gives the most memory that the server had meanwhile."""
    async with joined(Multiplexed(user, chat), last_message_id=0) as (client,):
        peak = 0
        for number in range(count):
            frame = await client.next("new_message")
            assert frame["message"]["content"].startswith(f"{number} ")
            if number % 1000 == 0:
                peak = max(peak, server.memory())
                client.inbox.forget()
    return peak


class Counter:
    """Counts the answers instead of keeping 100,000 frames."""

    def __init__(self, put):
        self.put, self.answers, self.waiting = put, 0, None

    def __call__(self, frame):
        if kind(frame) == "error":
            self.put(frame)
        if kind(frame) != "message_sent":
            return
        self.answers += 1
        if self.waiting and self.answers >= self.waiting[0]:
            self.waiting[1].set()

    async def reach(self, count):
        if self.answers < count:
            self.waiting = (count, asyncio.Event())
            await asyncio.wait_for(self.waiting[1].wait(), 120)
