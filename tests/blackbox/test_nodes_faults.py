"""Three nodes while something fails: what was acknowledged is heard once and in order by everybody who resumes, in every dialect."""

import asyncio
import itertools
import os
import signal
from dataclasses import replace

import pytest

from harness.cast import BACK_END_KEY
from harness.dialects import DIALECTS, Multiplexed, Roulette, SocketIo, fresh
from harness.http import call
from harness.people import group, register_many
from harness.place import Place, say
from harness.redis import Redis
from harness.roulette import search
from harness.story import Returning

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("on_postgres")]

MESSAGES = int(os.environ.get("CHAT_FAULTS_MESSAGES", "60"))
FROZEN = float(os.environ.get("CHAT_FAULTS_FROZEN", "8"))
ROUNDS = int(os.environ.get("CHAT_FAULTS_ROUNDS", "1"))
# Against hanging alone.
PATIENCE = 240


async def kill(place):
    victim = place.nodes[1]
    await asyncio.to_thread(victim.kill)
    await asyncio.sleep(1)
    await place.restart(victim)


async def freeze(place):
    process = place.nodes[1].process
    process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(FROZEN)
    process.send_signal(signal.SIGCONT)


async def lose_some(place):
    await lie(place, lost=0.1)


async def lose_all(place):
    await lie(place, lost=1.0)


async def double_and_reorder(place):
    await lie(place, doubled=0.3, late=0.3)


async def lie(place, **how):
    for bus in place.buses:
        vars(bus).update(how)
    await asyncio.sleep(5)
    for bus in place.buses:
        bus.lost = bus.doubled = bus.late = 0.0
    assert all(bus.dropped + bus.passed > 0 for bus in place.buses)


async def end_listeners(place):
    for _ in range(3):
        ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%LISTEN%' AND pid <> pg_backend_pid()"
        await asyncio.to_thread(place.cluster.ask, ends)
        await asyncio.sleep(1)


async def cut_off(place):
    await asyncio.to_thread(place.buses[1].cut)
    await asyncio.sleep(3)
    place.buses[1].mend()


async def restart_postgres(place):
    await asyncio.to_thread(place.cluster.stop, "fast")
    await asyncio.to_thread(place.cluster.start)


async def roll(place):
    for node in place.nodes:
        await asyncio.to_thread(node.stop)
        await place.restart(node)


async def stop_redis(place):
    place.redis.process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(FROZEN)
    place.redis.process.send_signal(signal.SIGCONT)


async def end_subscribers(place):
    for _ in range(3):
        await asyncio.to_thread(place.redis.command, "CLIENT", "KILL", "TYPE", "pubsub")
        await asyncio.sleep(1)


FAULTS = [kill, freeze, lose_some, lose_all, double_and_reorder, end_listeners, cut_off, restart_postgres, roll]
# Those that are otherwise where nodes hear each other over Redis.
FAULTS_OVER_REDIS = [kill, stop_redis, end_subscribers]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.__name__ for fault in FAULTS])
async def test_nothing_is_lost_doubled_or_out_of_order(fault):
    await loses_nothing(fault, Place())


@pytest.mark.parametrize("fault", FAULTS_OVER_REDIS, ids=[fault.__name__ for fault in FAULTS_OVER_REDIS])
async def test_nothing_is_lost_doubled_or_out_of_order_over_redis(fault):
    with Redis() as redis:
        await loses_nothing(fault, Place(redis))


async def loses_nothing(fault, somewhere):
    async with somewhere as place:
        people = await register_many(place.nodes[0], len(DIALECTS) + 2)
        chat = await group(*people)
        readers = [reader(place, dialect, people[1 + number], chat) for number, dialect in enumerate(DIALECTS)]
        last = fresh("the end")
        reading = [asyncio.create_task(one.read(last, forgiving=True)) for one in readers]
        for one in readers:
            await asyncio.wait_for(one.started.wait(), PATIENCE)
        failing = asyncio.create_task(repeated(fault, place))
        said = []
        while not failing.done() or len(said) < MESSAGES:
            said.append(await say(place, people[0], chat, fresh("said")))
            await asyncio.sleep(0.05)
        await failing
        said.append(await say(place, people[0], chat, last))
        await asyncio.wait_for(asyncio.gather(*reading), PATIENCE)
        for one, dialect in zip(readers, DIALECTS, strict=True):
            contents, _ = one.view.standing()
            assert contents == dict(said), dialect.__name__
            assert one.view.order == sorted(set(one.view.order)), dialect.__name__
        await everything_agrees(place, people, chat, len(said))


async def repeated(fault, place):
    for _ in range(ROUNDS):
        await fault(place)


def reader(place, dialect, user, chat):
    turn = itertools.count(1)
    on_the_next_node = lambda: dialect(replace(user, server=place.nodes[next(turn) % 3]), chat)  # noqa: E731
    return Returning(on_the_next_node, itertools.repeat(1 << 60))


async def test_what_is_told_to_people_comes_by_the_database_while_the_bus_is_silent():
    async with Place(api_key=BACK_END_KEY) as place:
        here, there = place.nodes[:2]
        anna, boris, clara = await register_many(here, 3)
        clients = [
            SocketIo(replace(anna, server=there), None),
            Multiplexed(replace(anna, server=there), None),
            Roulette(replace(boris, server=there), None),
        ]
        for client in clients:
            await client.join()
        io, room, roulette = clients
        for bus in place.buses:
            bus.lost = 1.0
        headers = {"X-Api-Key": BACK_END_KEY}
        notice = {"user_id": anna.uuid, "type": "mention", "title": "a word", "body": "for you", "data": {}}
        await call(here, "POST", "/api/v2/server/notifications", notice, headers=headers, expect=201)
        liked = {"user_id": clara.uuid, "user_name": "Clara", "likes_count": 7, "followers": [anna.uuid]}
        await call(here, "POST", "/api/v2/server/posts/p1/liked", liked, headers=headers, expect=202)
        for wanted in ("notification:new", "post:liked"):
            await io.inbox.seen(wanted, PATIENCE)
        chat = await group(clara, anna)
        await room.next(lambda frame: frame.get("chat_id") == chat.id, timeout=PATIENCE)
        await search(replace(boris, server=there))
        found = await search(replace(clara, server=here))
        match = await roulette.next("chatroulette_match", timeout=PATIENCE)
        assert match["chat_id"] == found["chat_id"]
        await call(here, "POST", "/api/auth/logout", {"refresh_token": anna.refresh}, token=anna.token)
        assert await room.inbox.closed(PATIENCE) == 4401
        # Each was told once, however often the database was asked.
        kinds = [frame["event"] for frame in io.inbox.heard]
        assert (kinds.count("notification:new"), kinds.count("post:liked")) == (1, 1)
        assert all(bus.passed < 100 for bus in place.buses)


async def everything_agrees(place, people, chat, count):
    """Every node knows the same of who is online, and of what is unread."""
    here = Multiplexed(replace(people[0], server=place.nodes[0]), chat)
    await here.join()
    async with here:
        async with asyncio.timeout(PATIENCE):
            while [await online(node, people[-1], chat) for node in place.nodes] != [{people[0].id}] * 3:
                await asyncio.sleep(0.2)
    for node in place.nodes:
        answer = await replace(people[-1], server=node).call("GET", f"/api/chats/{chat.id}", expect=200)
        assert answer.data["unread_count"] == count


async def online(node, user, chat):
    answer = await replace(user, server=node).call("GET", f"/api/chats/{chat.id}/members", expect=200)
    return {member["id"] for member in answer.data if member["is_online"]}
