"""Several nodes on one Postgres: what is settled on one is heard on the others, in every dialect."""

import asyncio
import contextlib
import json
from dataclasses import replace

import pytest

from harness.cast import BACK_END_KEY
from harness.dialects import DIALECTS, Multiplexed, SocketIo
from harness.fold import DELETED, LIKED, subject
from harness.http import call
from harness.inbox import kind
from harness.nodes import SECRET, Nodes
from harness.people import group, register_many
from harness.redis import Redis
from harness.server import Server

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def nodes(new_database, over):
    with Nodes(new_database(), 3, presence_grace="1", api_key=BACK_END_KEY, **over) as running:
        yield running.nodes


def names(frame, user):
    return said(frame, user.uuid) or f'"user_id": {user.id}' in json.dumps(frame)


def said(frame, word):
    return word in json.dumps(frame, ensure_ascii=False)


@contextlib.asynccontextmanager
async def hall(nodes):
    """A group with a viewer of each dialect, every one on another node than the one before, and its maker on the first node."""
    people = await register_many(nodes[0], 6)
    chat = await group(*people)
    async with contextlib.AsyncExitStack() as stack:
        viewers = []
        for number, dialect in enumerate(DIALECTS):
            user = replace(people[number + 1], server=nodes[1 + number % 2])
            viewer = dialect(user, chat)
            await viewer.join()
            viewers.append(await stack.enter_async_context(viewer))
        yield people[0], chat, viewers


async def test_nodes_to_which_nothing_is_told_are_ready_all_the_time(nodes):
    # Longer than what they ask each other and the database comes round.
    for _ in range(30):
        for node in nodes:
            await call(node, "GET", "/readyz", expect=200)
        await asyncio.sleep(0.1)
    assert all("the database is away" not in node.log() for node in nodes)


async def test_what_is_said_on_one_node_is_heard_on_the_others_once_and_in_order(nodes):
    async with hall(nodes) as (author, chat, viewers):
        words = [f"word {number}." for number in range(20)]
        for word in words:
            await author.call("POST", f"/api/chats/{chat.id}/messages", {"content": word}, expect=200)
        for viewer in viewers:
            heard = [await viewer.next(lambda frame, word=word: said(frame, word)) for word in words]
            assert len(heard) == len(words)


@pytest.mark.parametrize("maker", DIALECTS)
async def test_every_change_of_a_message_is_heard_elsewhere(nodes, maker):
    async with hall(nodes) as (author, chat, viewers):
        actor = maker(author, chat)
        await actor.join()
        async with actor:
            message = await actor.message("first words")
            await actor.edit(message, "other words")
            for viewer in viewers:
                await viewer.next(lambda frame: said(frame, "first words"))
                await viewer.next(lambda frame: said(frame, "other words"))
            await actor.like(message)
            for viewer in viewers:
                await viewer.next(lambda frame: kind(frame) in LIKED)
            await actor.delete(message)
            for viewer in viewers:
                await viewer.next(lambda frame: kind(frame) in DELETED and subject(frame) == message)


async def test_who_has_read_and_who_is_called_otherwise_is_known_on_other_nodes(nodes):
    async with hall(nodes) as (author, chat, viewers):
        actor = Multiplexed(author, chat)
        await actor.join()
        async with actor:
            await actor.message("to be read")
            shown = [await viewer.next(lambda frame: said(frame, "to be read")) for viewer in viewers]
            for viewer in viewers:
                await viewer.read()
                await actor.next(
                    lambda frame, viewer=viewer: kind(frame) == "messages_read" and names(frame, viewer.user)
                )
            await author.call("PATCH", "/api/auth/me", {"name": "Another Name"}, expect=200)
            await actor.message("by another name")
            for viewer, before in zip(viewers, shown, strict=True):
                after = await viewer.next(lambda frame: said(frame, "by another name"))
                assert said(after, "Another Name") == said(before, author.name)


async def test_typing_and_who_is_online_reach_other_nodes(nodes):
    async with hall(nodes) as (author, chat, viewers):
        seeing = [viewer for viewer in viewers if viewer.number != 1]
        actor = Multiplexed(author, chat)
        await actor.join()
        async with actor:
            for viewer in seeing:
                await viewer.next(lambda frame: names(frame, author) and said(frame, "online"))
            await actor.typing(True)
            for viewer in seeing:
                await viewer.next(lambda frame: names(frame, author) and said(frame, "typing"))
        for viewer in seeing:
            await viewer.next(
                lambda frame: names(frame, author) and (said(frame, "offline") or said(frame, '"is_online": false'))
            )


async def test_what_is_told_to_a_person_and_the_end_of_a_log_in_reach_every_node(nodes):
    people = await register_many(nodes[0], 2)
    user, chat = people[0], await group(*people)
    client = SocketIo(replace(user, server=nodes[1]), chat)
    await client.join()
    async with client:
        notice = {"user_id": user.uuid, "type": "mention", "title": "a word", "body": "for you", "data": {}}
        path = "/api/v2/server/notifications"
        await call(nodes[2], "POST", path, notice, headers={"X-Api-Key": BACK_END_KEY}, expect=201)
        await client.next(lambda frame: said(frame, "a word"))
    room = Multiplexed(replace(user, server=nodes[1]), chat)
    await room.join()
    async with room:
        await call(nodes[2], "POST", "/api/auth/logout", {"refresh_token": user.refresh}, token=user.token)
        assert await room.inbox.closed() == 4401


async def test_a_node_with_another_secret_is_refused_and_says_why(nodes):
    other = Server(nodes[0].database, backplane="postgres", jwt_secret="another secret than that of the other nodes")
    with pytest.raises(AssertionError, match="another --jwt-secret"):
        other.start()
    other.__exit__()


async def test_over_redis_nodes_hear_each_other_and_go_on_when_it_was_away(on_postgres, new_database):
    with Redis() as redis, Nodes(new_database(), 2, backplane=redis.url) as running:
        here, there = running.nodes
        people = await register_many(here, 2)
        chat = await group(*people)
        viewer = Multiplexed(replace(people[1], server=there), chat)
        await viewer.join()
        async with viewer:
            path = f"/api/chats/{chat.id}/messages"
            await people[0].call("POST", path, {"content": "by Redis"}, expect=200)
            await viewer.next(lambda frame: said(frame, "by Redis"))
            await asyncio.to_thread(redis.kill)
            await people[0].call("POST", path, {"content": "without it"}, expect=200)
            await viewer.next(lambda frame: said(frame, "without it"), timeout=60)
            await until_it_says(there, "degraded")
            await asyncio.to_thread(redis.start)
            await until_it_says(there, "ready")
            assert int(redis.command("CLIENT", "KILL", "TYPE", "pubsub").strip(":")) == 2
            await people[0].call("POST", path, {"content": "and on"}, expect=200)
            await viewer.next(lambda frame: said(frame, "and on"), timeout=60)


async def until_it_says(node, status):
    async with asyncio.timeout(120):
        while True:
            answer = await call(node, "GET", "/readyz")
            if (answer.status, answer.body["status"]) == (200, status):
                return
            await asyncio.sleep(0.2)


async def test_one_that_is_to_be_alone_is_refused(nodes):
    other = Server(nodes[0].database, jwt_secret=SECRET, backplane="none")
    with pytest.raises(AssertionError, match="one of the two is to be alone"):
        other.start()
    other.__exit__()


async def test_what_was_acknowledged_is_read_back_on_every_node_at_once(nodes):
    people = await register_many(nodes[0], 2)
    chat = await group(*people)
    for number in range(10):
        content = f"said {number}"
        path = f"/api/chats/{chat.id}/messages"
        await people[0].call("POST", path, {"content": content}, expect=200)
        shown = await asyncio.gather(*(replace(people[1], server=node).call("GET", path) for node in nodes))
        assert all(said(answer.body, content) for answer in shown)
