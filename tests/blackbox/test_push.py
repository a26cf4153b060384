"""Who has nothing open is pushed what they miss, whichever node they were at."""

import signal
from dataclasses import replace

import pytest
import websockets

from harness.http import close
from harness.nodes import Nodes
from harness.people import direct, register_many
from harness.pushes import PushService
from harness.server import Server

FLAGS = {"allow_private_webhooks": True, "presence_grace": "300ms"}


async def say(user, chat, text):
    answer = await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": text}, expect=200)
    return answer.data["id"]


async def here(user):
    socket = await websockets.connect(f"{user.server.ws_url}/ws?token={user.token}")
    await socket.send('{"type":"ping"}')
    while '"pong"' not in await socket.recv():
        pass
    return socket


async def test_who_is_away_is_pushed_and_who_is_here_once_they_go_unread(new_database):
    with Server(new_database(), **FLAGS) as server:
        ann, bob, cid = await register_many(server, 3)
        to_bob, to_cid = await direct(ann, bob), await direct(ann, cid)
        async with PushService() as service:
            await service.subscribe(bob, "bob")
            await service.subscribe(cid, "cid", "/api/v2")
            socket = await here(bob)
            for n in range(3):
                await say(ann, to_bob, f"to Bob, {n}")
                await say(ann, to_cid, f"to Cid, {n}")
                await service.until(cid=n + 1)
            assert service.count("bob") == 0, "he is here"
            await socket.close()
            # Of several messages one push.
            await service.until(bob=1)
            socket = await here(bob)
            read = await say(ann, to_bob, "and more")
            await bob.call("POST", f"/api/chats/{to_bob.id}/read", {"message_id": read}, expect=200)
            await socket.close()
            # What waits longest is pushed first: had it not been read, it would come before this.
            await say(cid, await direct(cid, bob), "of another chat")
            await service.until(bob=2)
            topics = [topic for name, topic in service.taken if name == "bob"]
            assert len(topics) == 2 and topics[0] != topics[1], "one a chat"
            assert len({topic for name, topic in service.taken if name == "cid"}) == 1


async def test_what_waits_and_the_key_outlive_a_kill_and_a_log_out_ends_it(new_database):
    with Server(new_database(), **FLAGS) as server:
        ann, bob = await register_many(server, 2)
        chat = await direct(ann, bob)
        key = (await bob.call("GET", "/api/push/key", expect=200)).data["key"]
        async with PushService() as service:
            tried = []
            service.status = lambda name: tried.append(name) or 503
            await service.subscribe(bob, "bob")
            await say(ann, chat, "hello")
            async with service.arrived:
                await service.arrived.wait_for(lambda: tried)
            server.kill()
            await close()
            service.status = lambda name: 201
            server.start()
            assert (await bob.call("GET", "/api/push/key", expect=200)).data["key"] == key
            await service.until(bob=1)
            await bob.call("POST", "/api/auth/logout", {}, expect=200)
            # The endpoint is free again: whoever has it now is new there.
            await service.subscribe(ann, "bob", expect=201)
            await say(ann, chat, "nobody is told")


@pytest.mark.database
async def test_a_socket_on_another_node_counts_and_another_node_goes_on(on_postgres, new_database):
    with Nodes(new_database(), 2, **FLAGS) as nodes:
        ann, bob, cid = await register_many(nodes, 3)
        to_bob, to_cid = await direct(ann, bob), await direct(ann, cid)
        async with PushService() as service:
            await service.subscribe(bob, "bob")
            await service.subscribe(cid, "cid")
            # One of the two nodes pushes; with a socket on each in turn the other one is asked once.
            for n, node in enumerate(nodes.nodes):
                socket = await here(replace(bob, server=node))
                await say(ann, to_bob, f"to Bob, {n}")
                await say(ann, to_cid, f"to Cid, {n}")
                await service.until(cid=n + 1)
                assert service.count("bob") == n, "he is here"
                await socket.close()
                await service.until(bob=n + 1)
            keys = {
                (await replace(bob, server=node).call("GET", "/api/push/key", expect=200)).data["key"]
                for node in nodes.nodes
            }
            assert len(keys) == 1
            nodes.nodes[0].process.send_signal(signal.SIGKILL)
            await close()
            await say(replace(ann, server=nodes.nodes[1]), to_bob, "after a death")
            await service.until(bob=len(nodes.nodes) + 1)
