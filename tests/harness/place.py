"""Three nodes on a Postgres of their own, each behind a bus that does what it is told."""

import asyncio
import itertools
from dataclasses import replace
from urllib.parse import urlsplit

import aiohttp

from harness.bus import Bus
from harness.nodes import Nodes
from harness.postgres import Cluster


class Place:
    """Each fault of the tests is something that happens here."""

    def __init__(self, redis=None, **flags):
        self.cluster, self.redis = Cluster(), redis
        self.flags = flags | ({"backplane": redis.url} if redis else {})

    async def __aenter__(self):
        await asyncio.to_thread(self.cluster.__enter__)
        database = self.cluster.database()
        self.buses = [Bus(database, seed) for seed in range(3)]
        self.running = Nodes([bus.database for bus in self.buses], 3, presence_grace="1", **self.flags)
        await asyncio.to_thread(self.running.start)
        self.nodes = self.running.nodes
        return self

    async def __aexit__(self, *_):
        await asyncio.to_thread(self.running.__exit__)
        for bus in self.buses:
            bus.stop()
        await asyncio.to_thread(self.cluster.__exit__)

    async def restart(self, node):
        await asyncio.to_thread(node.start)

    def moves(self, cluster):
        """From here on the nodes find another Postgres at the same address."""
        for bus in self.buses:
            bus.to = urlsplit(cluster.address("chat1"))


async def say(place, user, chat, content):
    """Until some node says that it is said: the same name makes it one message."""
    body = {"content": content, "client_id": content}
    for node in itertools.cycle(place.nodes):
        asked = replace(user, server=node).call("POST", f"/api/chats/{chat.id}/messages", body)
        try:
            answer = await asyncio.wait_for(asked, 30)
        except (OSError, aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(0.1)
            continue
        if answer.status == 200:
            return answer.data["id"], content
        assert answer.status in (401, 503), answer.body
        await asyncio.sleep(0.1)
