"""Whoever reconnects gets exactly what it missed: in every dialect, wherever it was cut."""

import asyncio
import itertools

import pytest

from harness.dialects import DIALECTS, Multiplexed, fresh, joined
from harness.fold import MESSAGE, View, message_of
from harness.inbox import kind
from harness.luck import luck
from harness.people import room_of
from harness.story import Story, client_cursor

pytestmark = pytest.mark.database


async def read_with_cuts(make, view, end, chance, started):
    """Joins with the newest cursor, is cut after a random number of frames, joins again … until the end came."""
    cursor, cuts = "", 0
    while True:
        client = make()
        await client.join(cursor=cursor)
        cursor = client.cursor or cursor
        started.set()
        for _ in range(chance.randint(1, 80)):
            frame = await client.next(lambda frame: True)
            view.take(frame)
            cursor = client_cursor(frame) or cursor
            if kind(frame) in MESSAGE and message_of(frame)[1] == end:
                await client.close()
                return cuts
        await client.cut()
        cuts += 1


@pytest.mark.parametrize("writing", DIALECTS)
async def test_cut_at_random_points_in_every_dialect(server, writing):
    people, chat = await room_of(server, 6)
    chance = luck()
    views = {dialect: View() for dialect in DIALECTS}
    end = fresh("the end")
    async with joined(writing(people[0], chat)) as (writer,):
        begun = [asyncio.Event() for _ in DIALECTS]
        reading = [
            asyncio.create_task(
                read_with_cuts(lambda d=dialect, u=user: d(u, chat), views[dialect], end, chance, event)
            )
            for dialect, user, event in zip(DIALECTS, people[1:], begun, strict=True)
        ]
        await asyncio.gather(*(event.wait() for event in begun))
        story = Story(writer, chance)
        await story.run(250)
        await story.send(end)
        cuts = await asyncio.gather(*reading)
    assert min(cuts) > 0, cuts
    for dialect, view in views.items():
        story.check(view, f"written in {writing.__name__}, read in {dialect.__name__}")


async def recorded(server, count=40):
    """A story that a client of each dialect heard with all its cursors."""
    people, chat = await room_of(server, 6)
    readers = [dialect(user, chat) for dialect, user in zip(DIALECTS, people[1:], strict=True)]
    end = fresh("the end")
    async with joined(*readers, cursor=""):
        first = [reader.cursor for reader in readers]
        async with joined(Multiplexed(people[0], chat)) as (writer,):
            story = Story(writer, luck())
            await story.run(count)
            await story.send(end)
        heard = []
        for reader in readers:
            frames = await reader.until(lambda frame: kind(frame) in MESSAGE and message_of(frame)[1] == end)
            heard.append([frame for frame in frames if client_cursor(frame)])
    return people, chat, story, end, first, heard


async def test_from_every_frame_boundary_and_carried_to_every_dialect(server):
    people, chat, story, end, first, heard = await recorded(server)
    together = asyncio.Semaphore(20)

    async def check(origin, destination, cut):
        view, before = View(), heard[origin][:cut]
        for frame in before:
            view.take(frame)
        cursor = client_cursor(before[-1]) if before else first[origin]
        async with together, joined(DIALECTS[destination](people[1 + destination], chat), cursor=cursor) as (client,):
            for frame in await client.until(lambda frame: subject_is_end(frame, end)):
                view.take(frame)
        story.check(view, f"cut in {DIALECTS[origin].__name__} after {cut}, on in {DIALECTS[destination].__name__}")

    # The end itself stays unheard, so that every replay ends with it.
    every_cut = [(n, n, cut) for n in range(5) for cut in range(len(heard[n]) - 1)]
    every_pair = [(one, other, len(heard[one]) // 2) for one, other in itertools.permutations(range(5), 2)]
    await asyncio.gather(*(check(*case) for case in every_cut + every_pair))


def subject_is_end(frame, end):
    return kind(frame) in MESSAGE and message_of(frame)[1] == end


async def test_a_poll_carries_every_change(server):
    people, chat, story, end, first, heard = await recorded(server)
    view, cursor = View(), first[0]
    for _ in range(50):
        answer = await people[1].call("GET", f"/api/chats/{chat.id}/poll?cursor={cursor}", expect=200)
        for event in answer.body["events"]:
            view.take(event)
        moved, cursor = cursor != answer.body["cursor"], answer.body["cursor"]
        if not moved:
            break
    story.check(view, "polled")


async def test_killed_while_all_dialects_read(new_server):
    server = new_server()
    people, chat = await room_of(server, 6)
    end = fresh("the end")
    contents = [fresh("text") for _ in range(300)] + [end]
    acknowledged = []

    async def write():
        for number, content in enumerate(contents):
            while True:
                try:
                    body = {"content": content, "client_id": f"w-{number}"}
                    answer = await people[0].call("POST", f"/api/chats/{chat.id}/messages", body, expect=200)
                    break
                except OSError:
                    await asyncio.sleep(0.05)
            acknowledged.append((answer.data["id"], content))
            if number in (100, 200):
                await asyncio.to_thread(server.restart)

    async def read(dialect, user):
        got, cursor = [], ""
        while not got or got[-1][1] != end:
            client = dialect(user, chat)
            try:
                await client.join(cursor=cursor)
                cursor = client.cursor or cursor
                ready.add(dialect)
                while not got or got[-1][1] != end:
                    frame = await client.next(lambda frame: True)
                    if kind(frame) in MESSAGE:
                        got.append(message_of(frame))
                    cursor = client_cursor(frame) or cursor
                await client.close()
            except Exception as lost:
                if not is_lost(lost):
                    raise
                await asyncio.sleep(0.05)
        return got

    ready = set()
    reading = [asyncio.create_task(read(dialect, user)) for dialect, user in zip(DIALECTS, people[1:], strict=True)]
    while len(ready) < len(DIALECTS):
        await asyncio.sleep(0.01)
    await write()
    for dialect, got in zip(DIALECTS, await asyncio.gather(*reading), strict=True):
        assert got == acknowledged, dialect.__name__


def is_lost(error):
    names = {cls.__name__ for cls in type(error).__mro__}
    lost = {"Closed", "OSError", "EOFError", "ConnectionClosed", "InvalidHandshake", "ConnectionError", "ClientError"}
    return bool(names & lost)
