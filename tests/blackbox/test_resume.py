"""Whoever reconnects gets exactly what it missed: in every dialect, wherever it was cut."""

import asyncio
import contextlib
import itertools

import aiohttp
import pytest

from harness.dialects import DIALECTS, Multiplexed, Rest, SocketIo, fresh, joined
from harness.fold import MESSAGE, View, message_of
from harness.inbox import kind
from harness.luck import luck
from harness.people import room_of
from harness.story import Returning, Story, client_cursor

pytestmark = pytest.mark.database


def returning(people, chat, lengths):
    """A reader in each dialect; `lengths()` gives how many changes each connection lasts."""
    return [
        Returning(lambda dialect=dialect, user=user: dialect(user, chat), lengths())
        for dialect, user in zip(DIALECTS, people, strict=True)
    ]


@contextlib.asynccontextmanager
async def reading(readers, end, **more):
    """They all read until the end has come, and began before anything was missed. If one fails, all stop."""
    async with asyncio.TaskGroup() as together:
        for reader in readers:
            together.create_task(reader.read(end, **more))
        for reader in readers:
            await reader.started.wait()
        yield


def check(story, readers, about):
    for reader, dialect in zip(readers, DIALECTS, strict=True):
        story.check(reader.view, f"{about}, read in {dialect.__name__}")


@pytest.mark.parametrize("writing", DIALECTS)
async def test_cut_at_random_points_in_every_dialect(server, writing):
    people, chat = await room_of(server, 6)
    chance, end = luck(), fresh("the end")
    readers = returning(people[1:], chat, lambda: iter(lambda: chance.randint(1, 80), None))
    async with reading(readers, end), joined(writing(people[0], chat)) as (writer,):
        story = Story(writer, chance)
        await story.run(1000)
        await story.send(end)
    assert min(reader.cuts for reader in readers) >= 10
    check(story, readers, f"written in {writing.__name__}")


@pytest.mark.parametrize("writing", [Multiplexed, SocketIo])
async def test_cut_after_every_single_frame_while_another_dialect_sends(server, writing):
    """No connection lasts longer than one change, so each boundary of the whole exchange is a cut."""
    people, chat = await room_of(server, 6)
    end = fresh("the end")
    readers = returning(people[1:], chat, lambda: itertools.repeat(1))
    async with reading(readers, end), joined(writing(people[0], chat)) as (writer,):
        story = Story(writer, luck())
        for _ in range(100):
            await story.run(9)
            # Near enough that the readers are cut in the middle of what happens, not in one long replay after it.
            mark = fresh("mark")
            await story.send(mark)
            for reader in readers:
                await reader.until(mark)
        await story.send(end)
    assert min(reader.cuts for reader in readers) >= 1000
    check(story, readers, f"written in {writing.__name__}")


class Stubborn(Rest):
    """Asks again until there is an answer, as an app with an offline queue does."""

    def __init__(self, user, chat):
        super().__init__(user, chat)
        self.call, self.lost = user.call, 0
        user.call = self._until_answered

    async def _until_answered(self, method, path, body=None, *, expect=None, **more):
        lost = 0
        while True:
            try:
                answer = await self.call(method, path, body, **more)
                break
            except (OSError, aiohttp.ClientError):
                lost += 1
                await asyncio.sleep(0.02)
        self.lost += lost
        # A message that is gone already was deleted by the try whose answer was lost.
        assert answer.status == expect or (lost and method == "DELETE" and answer.status == 404), answer.text
        return answer

    async def message(self, content, client_id=None):
        return await super().message(content, client_id=client_id or content)


async def test_killed_while_all_write_and_read_and_are_cut(new_server):
    server = new_server()
    people, chat = await room_of(server, 6)
    chance, end = luck(), fresh("the end")
    readers = returning(people[1:], chat, lambda: iter(lambda: chance.randint(1, 120), None))
    writer = Stubborn(people[0], chat)
    story = Story(writer, chance)
    kills = 0
    async with reading(readers, end, forgiving=True):
        # Who is between two connections while the server is away does not notice: until it has hit everybody three times.
        while kills < 3 or not writer.lost or min(reader.losses for reader in readers) < 3:
            assert kills < 20, "a kill is hardly noticed"
            going_on = asyncio.create_task(story.run(330))
            await story.reach(len(story.sent) + 100)
            await asyncio.to_thread(server.restart)
            await going_on
            kills += 1
        await story.send(end)
    check(story, readers, f"killed {kills} times")


async def recorded(server, messages=30):
    """A story that a client of each dialect heard with all its cursors."""
    people, chat = await room_of(server, 6)
    readers = [dialect(user, chat) for dialect, user in zip(DIALECTS, people[1:], strict=True)]
    end = fresh("the end")
    async with joined(*readers, cursor=""):
        first = [reader.cursor for reader in readers]
        async with joined(Multiplexed(people[0], chat)) as (writer,):
            story = Story(writer, luck())
            await story.run(messages)
            await story.send(end)
        heard = []
        for reader in readers:
            frames = await reader.until(lambda frame: subject_is_end(frame, end))
            heard.append([frame for frame in frames if client_cursor(frame)])
    return people, chat, story, end, first, heard


async def test_from_every_frame_boundary_and_carried_to_every_dialect(server):
    people, chat, story, end, first, heard = await recorded(server)
    together, chance = asyncio.Semaphore(20), luck()

    async def follow(origin, destination, cut):
        view, before = View(), heard[origin][:cut]
        for frame in before:
            view.take(frame)
        cursor = client_cursor(before[-1]) if before else first[origin]
        async with together, joined(DIALECTS[destination](people[1 + destination], chat), cursor=cursor) as (client,):
            for frame in await client.until(lambda frame: subject_is_end(frame, end)):
                view.take(frame)
        story.check(view, f"cut in {DIALECTS[origin].__name__} after {cut}, on in {DIALECTS[destination].__name__}")

    # The end itself stays unheard, so that every replay ends with it.
    cuts = [range(len(frames) - 1) for frames in heard]
    cases = [(one, one, cut) for one in range(5) for cut in cuts[one]]
    for one, other in itertools.permutations(range(5), 2):
        cases += [(one, other, cut) for cut in chance.sample(cuts[one], 5)]
    await asyncio.gather(*(follow(*case) for case in cases))


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
