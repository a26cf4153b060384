"""Whoever reconnects gets exactly what it missed: in every dialect, wherever it was cut."""

import asyncio
import itertools

import pytest

from harness.dialects import DIALECTS, Bare, Multiplexed, Rest, SocketIo, fresh, joined
from harness.fold import MESSAGE, View, as_number, message_of
from harness.inbox import kind
from harness.luck import luck
from harness.people import direct, group, register_many
from harness.shapes import same

pytestmark = pytest.mark.database


async def room_of(server, count):
    people = await register_many(server, count)
    return people, await group(*people)


class Story:
    """Random sends, edits, deletes and likes through one client, and what is true after them."""

    def __init__(self, client, chance, stem="story"):
        self.client, self.chance, self.stem = client, chance, stem
        self.contents, self.likes, self.sent, self.deleted = {}, {}, [], set()

    async def run(self, count):
        for _ in range(count):
            choice = self.chance.random()
            if choice < 0.6 or not self.contents:
                await self.send(fresh(self.stem))
            else:
                await self._change(choice, self.chance.choice(list(self.contents)[-8:]))

    async def send(self, content):
        message = await self.client.message(content)
        self.contents[message] = content
        self.sent.append(message)

    async def _change(self, choice, message):
        if choice < 0.75:
            content = fresh("edited")
            await self.client.edit(message, content)
            self.contents[message] = content
        elif choice < 0.83:
            await self.client.delete(message)
            del self.contents[message]
            self.likes.pop(message, None)
            self.deleted.add(message)
        elif self.likes.pop(message, None):
            await self.client.unlike(message)
        else:
            await self.client.like(message)
            self.likes[message] = 1

    def check(self, view, about):
        contents, likes = view.standing()
        ours = set(self.sent)
        same({m: c for m, c in contents.items() if m in ours}, self.contents, f"{about}: contents")
        same({m: n for m, n in likes.items() if m in ours}, self.likes, f"{about}: likes")
        assert view.order == sorted(view.order)


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


def client_cursor(frame):
    found = frame["data"] if "event" in frame and isinstance(frame["data"], dict) else frame
    return found.get("cursor")


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


@pytest.mark.parametrize("dialect", [*DIALECTS, Bare])
async def test_by_last_message_id(server, dialect):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        sent = [await writer.message(f"text {number}") for number in range(150)]
        client = dialect(boris, chat)
        # Documents 4 and 5 know messages by UUID.
        await client.join(last_message_id=client._spelt(sent[9]) if client.number > 3 else sent[9])
        live = await writer.message("live")
        wanted = [*sent[10:], live]
        got = []
        while len(got) < len(wanted):
            frame = await client.next(lambda frame: kind(frame) in MESSAGE or kind(frame) is None)
            got.append(frame["id"] if kind(frame) is None else message_of(frame)[0])
            assert dialect is Rest or client_cursor(frame) is None, "nobody asked for a cursor"
        assert got == wanted
        await client.close()


async def test_a_socket_that_does_not_ask_gets_no_replay(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        for number in range(5):
            await writer.message(f"old {number}")
        async with joined(*(dialect(boris, chat) for dialect in DIALECTS)) as readers:
            live = await writer.message("live")
            for reader in readers:
                frame = await reader.next(lambda frame: kind(frame) in MESSAGE)
                assert message_of(frame) == (live, "live")


async def test_history_gives_the_cursor_that_matches_it(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        known = await writer.message("known")
        for prefix, spelt in [("/api", chat.id), ("/api/v1", chat.uuid), ("/api/v2", chat.uuid)]:
            page = await boris.call("GET", f"{prefix}/chats/{spelt}/messages", expect=200)
            assert as_number(page.data[-1]["id"]) == known
            await writer.edit(known, fresh("edited"))
            known = await writer.message("missed")
            async with joined(Multiplexed(boris, chat), cursor=page.body["cursor"]) as (client,):
                frames = await client.until("new_message")
            assert [kind(frame) for frame in frames] == ["message_updated", "new_message"]


async def test_edits_collapse_and_the_deleted_say_only_that(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat), SocketIo(boris, chat)) as (writer, reader):
        kept = await writer.message("kept")
        gone = await writer.message("gone")
        await reader.next(lambda frame: kind(frame) in MESSAGE and message_of(frame)[0] == gone)
        joining = await reader.join_chat(chat, cursor="")
        for number in range(3):
            await writer.edit(kept, f"kept {number}")
        await writer.delete(gone)
        unseen = await writer.message("unseen")
        await writer.edit(unseen, "unseen, edited")
        short = await writer.message("short")
        await writer.delete(short)
        for _ in range(2):
            await writer.like(kept)
            await writer.unlike(kept)
        await writer.like(kept)
        mark = await writer.message("mark")
    async with joined(Multiplexed(boris, chat), cursor=joining["cursor"]) as (client,):
        frames = await client.until(lambda frame: kind(frame) in MESSAGE and message_of(frame)[0] == mark)
    told = [(kind(frame), frame.get("message_id") or frame["message"]["id"]) for frame in frames]
    wanted = [
        ("message_updated", kept),
        ("message_deleted", gone),
        ("new_message", unseen),
        ("message_deleted", short),
        ("message_liked", kept),
        ("new_message", mark),
    ]
    # A presence snapshot comes after the replay, so nothing else is in between.
    assert told == wanted
    assert frames[0]["content"] == "kept 2"
    assert frames[2]["message"]["content"] == "unseen, edited"
    assert frames[4]["likes_count"] == 1


async def test_a_read_position_that_moved_is_told_on_resuming(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat), Multiplexed(boris, chat)) as (writer, reader):
        first = await writer.join_chat(chat, cursor="")
        message = await writer.message("read me")
        await reader.next("new_message")
        await writer.close()
        await reader.read(message)
        await reader.next("messages_read")
    async with joined(Multiplexed(anna, chat), cursor=first["cursor"]) as (client,):
        frames = await client.until("messages_read")
    assert [kind(frame) for frame in frames] == ["new_message", "messages_read"]
    assert frames[1]["user_id"] == boris.id


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("bad", ["nonsense", "of another room"])
async def test_a_cursor_that_is_none(server, dialect, bad):
    (anna, boris), chat = await room_of(server, 2)
    other = await direct(anna, boris)
    cursor = "nonsense"
    if bad == "of another room":
        async with joined(Multiplexed(boris, other), cursor="") as (client,):
            cursor = client.cursor
    client = dialect(boris, chat)
    match client.number:
        case 1:
            await client.join(cursor=cursor)
            same(
                await client.next("resync"),
                {"type": "resync", "data": {"reason": "history_pruned"}, "cursor": client.cursor},
            )
            await client.close()
        case 2:
            await client.join(cursor=cursor)
            assert (client.joined["type"], client.joined["code"]) == ("error", "INVALID_DATA")
            await client.close()
        case 5:
            await client.join(cursor=cursor)
            assert (client.ack["status"], client.ack["code"]) == ("error", "INVALID_DATA")
            await client.close()
        case _:
            with pytest.raises(AssertionError, match="refused with 422"):
                await client.join(cursor=cursor)


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
