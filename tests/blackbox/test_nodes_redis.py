"""Nodes that hear each other over a Redis that sentinels watch, or over a Redis Cluster, while a server of it dies."""

import asyncio
from dataclasses import replace

import pytest

from harness.dialects import Multiplexed, fresh, joined
from harness.http import call
from harness.nodes import Nodes
from harness.people import group, register_many
from harness.redis import cluster, watched

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("on_postgres")]


async def test_where_sentinels_put_another_server_in_the_place_of_a_dead_one(new_database):
    with watched() as (server, sentinel):
        await hear_each_other(new_database(), f"redis+sentinel://{sentinel.address}/chat", server)


async def test_over_a_cluster_of_which_a_server_dies(new_database):
    with cluster() as servers:
        addresses = ",".join(server.address for server in servers)
        await hear_each_other(new_database(), f"redis://{addresses}", servers[0])


async def hear_each_other(database, url, dies):
    with Nodes(database, 2, backplane=url) as running:
        here, there = running.nodes
        people = await register_many(here, 2)
        chat = await group(*people)
        async with joined(Multiplexed(replace(people[1], server=there), chat)) as (viewer,):
            for fault in (lambda: None, dies.kill):
                await asyncio.to_thread(fault)
                content = fresh()
                await people[0].call("POST", f"/api/chats/{chat.id}/messages", {"content": content}, expect=200)
                await viewer.next(lambda frame, content=content: content in str(frame), timeout=120)
            await heard_again(running.nodes)
            heard = await figure(there, "backplane_heard_total")
            await people[0].call("POST", f"/api/chats/{chat.id}/messages", {"content": "and on"}, expect=200)
            await viewer.next(lambda frame: "and on" in str(frame), timeout=120)
            async with asyncio.timeout(120):
                while await figure(there, "backplane_heard_total") <= heard:
                    await asyncio.sleep(0.1)


async def heard_again(nodes):
    """Until each hears itself."""
    async with asyncio.timeout(120):
        for node in nodes:
            while (await call(node, "GET", "/readyz")).body["status"] != "ready":
                await asyncio.sleep(0.1)


async def figure(node, name):
    text = (await call(type("Operators", (), {"url": node.admin_url}), "GET", "/metrics", expect=200)).text
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))
