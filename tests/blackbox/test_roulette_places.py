"""For how long somebody has a place in the roulette who goes away, or is there through another dialect."""

import asyncio

import pytest

from harness.dialects import Roulette, SocketIo, joined
from harness.inbox import kind
from harness.people import register_many
from harness.roulette import call, left_frame, match, match_frame, pair, search
from harness.shapes import CHAT_UUID, same


@pytest.fixture
def server(new_server):
    """Each test has a queue of its own: who still waits in one would meet the people of the next."""
    return new_server(roulette_grace="3")


async def test_who_has_no_socket_is_out_of_the_queue(server):
    ghost, boris, clara = await register_many(server, 3)
    gone = Roulette(ghost, None)
    await gone.join()
    async with joined(Roulette(boris, None), Roulette(clara, None)) as (b, c):
        same(await search(ghost), {"status": "searching"})
        await gone.cut()
        await asyncio.sleep(5)
        same(await search(boris), {"status": "searching"})
        same(await search(clara), {"status": "matched", "chat_id": CHAT_UUID, "user": match(boris)})
        await b.next("chatroulette_match")
        await c.next("chatroulette_match")
        await call(boris, "POST", "leave", 204)


async def test_who_vanishes_leaves_the_chat(server):
    anna, boris = await register_many(server, 2)
    lost = Roulette(anna, None)
    await lost.join()
    async with joined(Roulette(boris, None)) as (b,):
        chat = await pair(anna, boris)
        await lost.cut()
        same((await b.until("chatroulette_left"))[-1], left_frame(chat.uuid, anna))


async def test_who_comes_back_in_time_stays(server):
    anna, boris = await register_many(server, 2)
    async with joined(Roulette(boris, None)) as (b,):
        lost = Roulette(anna, None)
        await lost.join()
        chat = await pair(anna, boris)
        await lost.cut()
        async with joined(Roulette(anna, None)) as (back,):
            same(await back.next("chatroulette_match"), match_frame(chat.uuid, boris))
            # Longer than the grace: the lease was renewed by the new socket.
            await asyncio.sleep(4)
            async with joined(Roulette(anna, chat)) as (room,):
                await room.message("still here")
            assert "chatroulette_left" not in [kind(frame) for frame in b.inbox.heard]
            await call(boris, "POST", "leave", 204)


@pytest.mark.parametrize("grace", ["1", "400ms"])
async def test_however_short_the_grace_a_socket_keeps_the_place(new_server, grace):
    server = new_server(roulette_grace=grace)
    anna, boris = await register_many(server, 2)
    async with joined(Roulette(anna, None), Roulette(boris, None)) as (a, b):
        same(await search(anna), {"status": "searching"})
        await asyncio.sleep(3)
        same(await search(boris), {"status": "matched", "chat_id": CHAT_UUID, "user": match(anna)})
        await a.next("chatroulette_match")
        await b.next("chatroulette_match")


async def test_who_is_in_the_chat_through_another_dialect_is_there(server):
    anna, boris = await register_many(server, 2)
    async with joined(Roulette(anna, None)) as (a,):
        async with joined(Roulette(boris, None)):
            chat = await pair(anna, boris)
            io = await SocketIo(boris, chat).join()
        await asyncio.sleep(5)
        await io.message("still here")
        assert "chatroulette_left" not in [kind(frame) for frame in a.inbox.heard]
        await io.close()
        await a.until("chatroulette_left")


async def test_leaving_ends_typing(server):
    anna, boris = await register_many(server, 2)
    async with joined(Roulette(anna, None), Roulette(boris, None)):
        chat = await pair(anna, boris)
        async with joined(Roulette(anna, chat), Roulette(boris, chat)) as (a, b):
            await a.typing(True)
            await b.next("typing")
            await call(anna, "POST", "leave", 204)
            # At once: before the news that she has left.
            frames = await b.until("chatroulette_left")
            assert [frame["payload"]["is_typing"] for frame in frames if kind(frame) == "typing"] == [False]
