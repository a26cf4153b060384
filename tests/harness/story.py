"""A room in which much happens, what its readers must know in the end, and a reader that often loses its connection."""

import asyncio

from .client import is_lost
from .dialects import fresh
from .fold import MESSAGE, View, message_of
from .inbox import kind
from .shapes import same


class Story:
    """Random sends, edits, deletions and likes by one client, and the state that results."""

    def __init__(self, client, chance, stem="story"):
        self.client, self.chance, self.stem = client, chance, stem
        self.contents, self.likes, self.sent, self.deleted = {}, {}, [], set()
        self.went_on = asyncio.Event()

    async def run(self, messages):
        """Goes on until this many more messages were sent; about two in three steps send one."""
        enough = len(self.sent) + messages
        while len(self.sent) < enough:
            choice = self.chance.random()
            if choice < 0.6 or not self.contents:
                await self.send(fresh(self.stem))
            else:
                await self._change(choice, self.chance.choice(list(self.contents)[-8:]))

    async def send(self, content):
        message = await self.client.message(content)
        self.contents[message] = content
        self.sent.append(message)
        self.went_on.set()

    async def reach(self, messages):
        """Waits until this many were sent."""
        while len(self.sent) < messages:
            self.went_on.clear()
            await self.went_on.wait()

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


class Returning:
    """Reads a room, is cut after as many changes as `lengths` says, and comes back with its newest cursor."""

    def __init__(self, make, lengths):
        self.make, self.lengths = make, lengths
        self.view, self.cursor = View(), ""
        self.cuts = self.losses = 0
        self.started = asyncio.Event()
        # The contents of all messages, for tests that wait until this reader has one.
        self.heard = asyncio.Queue()

    async def read(self, end, *, forgiving=False):
        """Reads until the message with this content has come. With `forgiving`, a connection that breaks counts as a
        cut."""
        while True:
            client = self.make()
            try:
                await client.join(cursor=self.cursor)
                self._know(start_of(client))
                if await self._listen(client, end, next(self.lengths)):
                    await client.close()
                    return
                await client.cut()
                self.cuts += 1
            except Exception as lost:
                if not forgiving or not is_lost(lost):
                    raise
                self.losses += 1
                # The server is away, so wait for its port.
                await asyncio.sleep(0.05)

    async def until(self, content):
        while await self.heard.get() != content:
            pass

    async def _listen(self, client, end, changes):
        while changes:
            frame = await client.next(lambda frame: True)
            self.view.take(frame)
            self._know(client_cursor(frame))
            changes -= bool(client_cursor(frame)) and kind(frame) != "cursor"
            if kind(frame) in MESSAGE:
                self.heard.put_nowait(message_of(frame)[1])
                if message_of(frame)[1] == end:
                    return True
        return False

    def _know(self, cursor):
        if cursor:
            self.cursor = cursor
            self.started.set()


def start_of(client):
    """Returns the cursor in the answer to joining. Where a frame has it instead, it comes with the other frames."""
    answer = getattr(client, "joined", None) or getattr(client, "ack", None) or {}
    return answer.get("cursor")


def client_cursor(frame):
    found = frame["data"] if "event" in frame and isinstance(frame["data"], dict) else frame
    return found.get("cursor")
