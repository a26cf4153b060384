"""Socket.IO through a balancer that keeps nobody at one node: polls and upgrades land anywhere."""

import asyncio
import re
from dataclasses import replace

import aiohttp
import pytest

from harness.cast import BACK_END_KEY
from harness.dialects import Multiplexed, SocketIo
from harness.http import call, session
from harness.node import Node, NodeSocketIo
from harness.nodes import Nodes
from harness.people import group, register_many
from harness.proxies import Proxy

pytestmark = pytest.mark.database
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": None}


@pytest.fixture(scope="module")
def cluster(on_postgres, new_database, backplane):
    with (
        Nodes(new_database(), 3, presence_grace="1", api_key=BACK_END_KEY, **backplane) as running,
        proxied(running) as proxy,
    ):
        yield running.nodes, proxy


def proxied(running):
    return Proxy("haproxy-cluster", running)


async def relayed(nodes):
    """How many requests the nodes have passed on to each other."""
    count = 0
    for node in nodes:
        async with session().get(node.admin_url + "/metrics") as answer:
            count += int(re.search(r"^relayed_requests_total (\d+)", await answer.text(), re.M)[1])
    return count


@pytest.mark.parametrize("transports", TRANSPORTS)
@pytest.mark.parametrize("version", [4, 3])
async def test_the_official_client_talks_through_a_balancer(cluster, version, transports):
    nodes, proxy = cluster
    people = await register_many(nodes[0], 2)
    chat = await group(*people)
    before = await relayed(nodes)
    other = Multiplexed(replace(people[1], server=nodes[2]), chat)
    await other.join()
    async with Node() as node, other:
        anna = replace(people[0], server=proxy)
        client = NodeSocketIo(node, anna, chat, version=version, transports=TRANSPORTS[transports])
        await client.join()
        if transports == "upgrade":
            await asyncio.wait_for(client.upgraded.wait(), 60)
        assert client.transport == ("polling" if transports == "polling" else "websocket")
        contents = [f"№ {number} \U0001f980" for number in range(20)]
        for content in contents:
            await client.message(content)
        heard = [await client.next("chat:message:new") for _ in contents]
        assert [frame["data"]["content"] for frame in heard] == contents
        for content in contents:
            await other._say("send_message", content=content)
        heard = [await client.next("chat:message:new") for _ in contents]
        assert [frame["data"]["content"] for frame in heard] == contents
        await client.close()
    # A WebSocket is one request, which nobody need pass on.
    assert (await relayed(nodes) > before) == (transports != "websocket")


async def handshake(node):
    """The id of a new polling session of a node."""
    async with session().get(f"{node.url}/socket.io/?EIO=4&transport=polling") as answer:
        return re.search(r'"sid":"([^"]+)"', await answer.text())[1]


async def poll(node, sid):
    async with session().get(f"{node.url}/socket.io/?EIO=4&transport=polling&sid={sid}") as answer:
        return answer.status, await answer.text()


async def test_every_node_takes_the_packets_of_every_session(cluster):
    nodes, _ = cluster
    for owner in nodes:
        sid = await handshake(owner)
        for node in nodes:
            address = f"{node.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
            async with session().post(address, data="40") as answer:
                assert (answer.status, await answer.text()) == (200, "ok")


async def test_what_nodes_pass_on_goes_by_tls_where_that_is_wanted(on_postgres, new_database, backplane):
    with Nodes(new_database(), 2, node_tls=True, **backplane) as running:
        for owner in running.nodes:
            sid = await handshake(owner)
            for node in running.nodes:
                address = f"{node.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
                async with session().post(address, data="40") as answer:
                    assert (answer.status, await answer.text()) == (200, "ok")
        assert await relayed(running.nodes) == 2
        # Whoever speaks plainly there is not answered.
        private = f"http://{running.nodes[0].flags['node-listen']}"
        with pytest.raises(aiohttp.ClientError):
            await session().get(f"{private}/socket.io/?EIO=4&transport=polling&sid={sid}")


async def test_a_session_that_no_node_has_is_unknown(cluster):
    nodes, _ = cluster
    sid = await handshake(nodes[0])
    for unknown in (sid[:8] + "A" * 12, "A" * 20):
        for node in nodes:
            status, text = await poll(node, unknown)
            assert (status, "Session ID unknown" in text) == (400, True), text


async def test_nobody_without_the_secret_is_answered_at_the_address_of_a_node(cluster):
    nodes, _ = cluster
    address = "http://" + nodes[0].flags["node-listen"]
    for headers in ({}, {"X-Chat-Cluster": "another-secret-of-a-cluster"}):
        for path in ("/socket.io/?EIO=4&transport=polling", "/admin/api/nodes", "/healthz"):
            async with session().get(address + path, headers=headers) as answer:
                assert answer.status == 401, path


async def test_the_session_of_a_dead_node_is_unknown_and_its_client_resumes_elsewhere(on_postgres, new_database):
    with Nodes(new_database(), 3) as running:
        nodes = running.nodes
        people = await register_many(nodes[0], 2)
        chat = await group(*people)
        client = SocketIo(replace(people[0], server=nodes[1]), chat)
        await client.join(cursor="")
        await people[1].call("POST", f"/api/chats/{chat.id}/messages", {"content": "before"}, expect=200)
        await client.next("chat:message:new")
        sid, cursor = await handshake(nodes[1]), client.cursor
        before = await relayed(nodes)
        waiting = asyncio.create_task(poll(nodes[0], sid))
        while await relayed(nodes) == before:
            await asyncio.sleep(0.05)
        nodes[1].kill()
        for answer in (waiting, poll(nodes[0], sid), poll(nodes[2], sid)):
            status, text = await asyncio.wait_for(answer, 60)
            assert (status, "Session ID unknown" in text) == (400, True), text
        await people[1].call("POST", f"/api/chats/{chat.id}/messages", {"content": "meanwhile"}, expect=200)
        back = SocketIo(replace(people[0], server=nodes[2]), chat)
        await back.join(cursor=cursor)
        async with back:
            await back.next(lambda frame: frame["event"] == "chat:message:new" and "meanwhile" in str(frame))


async def test_operators_see_all_nodes_whichever_they_ask(cluster):
    nodes, _ = cluster
    people = await register_many(nodes[0], 1)
    chat = await group(*people)
    clients = [Multiplexed(replace(people[0], server=node), chat) for node in nodes]
    for client in clients:
        await client.join()
    message = await clients[0].message("where am I?")

    async def ask(node, path):
        async with session().get(f"{node.admin_url}/admin/api/{path}") as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    for node in nodes:
        shown = await ask(node, "nodes")
        assert (len({one["id"] for one in shown["data"]}), shown["missing"]) == (3, [])
        page = await ask(node, f"connections?user={people[0].uuid}")
        assert len({one["node"] for one in page["data"]}) == len(page["data"]) == 3
        explained = await ask(node, f"explain?user={people[0].uuid}&message={message}")
        sockets = next(fact for fact in explained["data"]["facts"] if fact["fact"] == "sockets")
        assert len(sockets["sockets"]) == 3
    for client in clients:
        await client.close()


async def test_a_post_is_told_on_whichever_node_its_followers_are(cluster):
    nodes, _ = cluster
    people = await register_many(nodes[0], 2)
    client = SocketIo(replace(people[0], server=nodes[1]), None)
    await client.join()
    async with client:
        body = {"user_id": people[1].uuid, "user_name": "Anna", "likes_count": 7, "followers": [people[0].uuid]}
        headers = {"X-Api-Key": BACK_END_KEY}
        await call(nodes[2], "POST", "/api/v2/server/posts/p1/liked", body, headers=headers, expect=202)
        assert (await client.next("post:liked"))["data"]["likes_count"] == 7
