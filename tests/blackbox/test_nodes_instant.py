"""Somebody sends through one node in the very instant in which they are banned or blocked on another: whatever is acknowledged was said
before that, and nothing is said behind it.
"""

import asyncio
from dataclasses import replace

import pytest

from harness.dialects import Multiplexed, fresh, joined
from harness.http import call
from harness.inbox import kind
from harness.luck import luck
from harness.nodes import Nodes
from harness.people import direct, group, history, register_many

pytestmark = pytest.mark.database

ROUNDS = 6
AT_ONCE = 4


@pytest.fixture(scope="module")
def nodes(new_database, over):
    with Nodes(new_database(), 2, **over) as running:
        yield running.nodes


async def test_nothing_is_said_behind_a_ban(nodes):
    chance = luck()
    for _ in range(ROUNDS):
        ann, bob, eve = await register_many(nodes[0], 3)
        chat = await group(ann, bob, eve)
        bob = replace(bob, server=nodes[1])
        async with joined(Multiplexed(replace(eve, server=nodes[chance.randrange(2)]), chat)) as (viewer,):
            talking = await begin_to_talk(bob, chat, chance)
            await ann.call("PUT", f"/api/chats/{chat.id}/bans/{bob.id}", {})
            await is_refused(bob, chat)
            acked = await talking
            before = [frame for frame in await viewer.until("member_removed") if kind(frame) == "new_message"]
            assert acked == {frame["message"]["content"] for frame in before}
            await ann.call("POST", f"/api/chats/{chat.id}/messages", {"content": "the end"}, expect=200)
            assert (await viewer.next("new_message"))["message"]["content"] == "the end"
        assert acked | {"the end"} == await said(ann, chat)


async def test_nothing_is_said_behind_a_block(nodes):
    chance = luck()
    for _ in range(ROUNDS):
        ann, bob = await register_many(nodes[0], 2)
        chat = await direct(ann, bob)
        bob = replace(bob, server=nodes[1])
        talking = await begin_to_talk(bob, chat, chance)
        await ann.call("PUT", f"/api/users/{bob.id}/block", expect=200)
        await is_refused(bob, chat)
        at_once = await said(ann, chat)
        assert await talking == at_once == await said(ann, chat)


async def begin_to_talk(user, chat, chance):
    """Several at once send until they are refused; what was acknowledged. Some of it was before this returns."""
    acked = set()
    talking = asyncio.gather(*(send_until_refused(user, chat, acked) for _ in range(AT_ONCE)))
    enough = chance.randint(1, 20)
    while len(acked) < enough:
        assert not talking.done(), "refused before anything happened"
        await asyncio.sleep(0.001)
    return asyncio.ensure_future(all_of(talking, acked))


async def all_of(talking, acked):
    await talking
    return acked


async def send_until_refused(user, chat, acked):
    while (answer := await send(user, chat, content := fresh())).status == 200:
        acked.add(content)
    assert answer.status in (403, 404), answer.text


async def is_refused(user, chat):
    answer = await send(user, chat, fresh())
    assert answer.status in (403, 404), answer.text


def send(user, chat, content):
    return call(user.server, "POST", f"/api/chats/{chat.id}/messages", {"content": content}, token=user.token)


async def said(reader, chat):
    return {message["content"] for message in await history(reader, chat)}
