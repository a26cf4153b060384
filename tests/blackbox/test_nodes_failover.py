"""Three nodes whose Postgres is gone in an instant, and whose standby takes its place: who misses nothing goes on as if nothing had been;
where something is lost everybody loads anew, once.
"""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from harness.client import Socket
from harness.dialects import DIALECTS, fresh, joined
from harness.fold import MESSAGE, RESYNC, message_of
from harness.inbox import kind
from harness.people import group, history, register_many
from harness.place import Place, say
from harness.standby import Standby

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("on_postgres")]

# Against hanging alone.
PATIENCE = 240


@contextlib.asynccontextmanager
async def followed():
    """Three nodes, a standby of their Postgres, and a group with a client of each dialect in it."""
    async with Place() as place:
        people = await register_many(place.nodes[0], len(DIALECTS) + 1)
        chat = await group(*people)
        standby = Standby(place.cluster)
        await asyncio.to_thread(standby.__enter__)
        try:
            await asyncio.to_thread(standby.is_waited_for)
            clients = [
                dialect(replace(people[1 + number], server=place.nodes[number % 3]), chat)
                for number, dialect in enumerate(DIALECTS)
            ]
            yield place, standby, people[0], chat, clients
        finally:
            await asyncio.to_thread(standby.__exit__)


async def test_nobody_loads_anew_where_nothing_is_lost():
    async with followed() as (place, standby, author, chat, clients), joined(*clients, cursor=""):
        said = [(await say(place, author, chat, fresh("before")))[1] for _ in range(3)]
        failing = asyncio.create_task(fail_over(place, standby))
        while not failing.done():
            said.append((await say(place, author, chat, fresh("meanwhile")))[1])
            await asyncio.sleep(0.1)
        await failing
        said += [(await say(place, author, chat, fresh("after")))[1] for _ in range(3)]
        for client in clients:
            await client.next(lambda frame: said[-1] in str(frame), timeout=PATIENCE)
            heard = [message_of(frame)[1] for frame in client.inbox.heard if kind(frame) in MESSAGE]
            assert heard == said, client
            greeting = next(at for at, frame in enumerate(client.inbox.heard) if kind(frame) in MESSAGE)
            assert not [frame for frame in client.inbox.heard[greeting:] if kind(frame) in RESYNC], client
        for node in place.nodes:
            shown = await history(replace(author, server=node), chat)
            assert sorted(message["content"] for message in shown) == sorted(said)


async def test_everybody_loads_anew_once_where_something_is_lost():
    async with followed() as (place, standby, author, chat, clients), joined(*clients, cursor=""):
        kept = (await say(place, author, chat, fresh("kept")))[1]
        await asyncio.to_thread(standby.falls_behind)
        lost = [(await say(place, author, chat, fresh("lost")))[1] for _ in range(3)]
        for client in clients:
            await client.next(lambda frame: lost[-1] in str(frame), timeout=PATIENCE)
        await fail_over(place, standby)
        for client in clients:
            assert await client.inbox.closed(PATIENCE) == (1012 if isinstance(client, Socket) else 1000)
        after = (await say(place, author, chat, fresh("after")))[1]
        for client in clients:
            async with joined(again(client, place), cursor=client.cursor) as (back,):
                await back.next(lambda frame: kind(frame) in RESYNC)
        for node in place.nodes:
            shown = await history(replace(author, server=node), chat)
            assert sorted(message["content"] for message in shown) == sorted([kept, after])
        # Whoever has loaded anew goes on from there.
        async with joined(*(again(client, place) for client in clients), cursor="") as back:
            live = (await say(place, author, chat, fresh("live")))[1]
            for client in back:
                await client.next(lambda frame: live in str(frame), timeout=PATIENCE)
                assert client.inbox.ended is None


async def fail_over(place, standby):
    await asyncio.to_thread(standby.takes_over)
    place.moves(standby)


def again(client, place):
    """The same client on another node than before."""
    node = place.nodes[(place.nodes.index(client.user.server) + 1) % 3]
    return type(client)(replace(client.user, server=node), client.chat)
