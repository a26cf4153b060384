"""What a client heard, in order, and ways to wait for more."""

import asyncio
import json

WAIT = 20


class Closed(AssertionError):
    """The connection ended while a test waited for a frame."""


class Inbox:
    """Frames in the order of their arrival. Waiting moves a mark; frames before the mark are done with."""

    def __init__(self, owner=""):
        self.owner = owner
        self.heard = []
        self.mark = 0
        self.ended = None
        self._news = asyncio.Event()
        self.over = asyncio.Event()

    def put(self, frame):
        self.heard.append(frame)
        self._news.set()

    def end(self, code):
        if self.ended is None:
            self.ended = code if code is not None else 1006
        self._news.set()
        self.over.set()

    async def next(self, wanted, timeout=WAIT):
        """Returns the next wanted frame (`wanted` is a kind, or a function); others before it are skipped."""
        while True:
            while self.mark < len(self.heard):
                frame = self.heard[self.mark]
                self.mark += 1
                if is_wanted(frame, wanted):
                    return frame
            if self.ended is not None:
                raise Closed(f"{self.owner} was closed ({self.ended}) waiting for {wanted}; heard {self._tail()}")
            await self._more(wanted, timeout)

    async def seen(self, wanted, timeout=WAIT):
        """Waits for a frame without moving the mark."""
        mark = self.mark
        await self.next(wanted, timeout)
        self.mark = mark

    async def until(self, wanted, timeout=WAIT):
        """Returns all frames from the mark up to the wanted one, including it."""
        start = self.mark
        await self.next(wanted, timeout)
        return self.heard[start : self.mark]

    async def closed(self, timeout=WAIT):
        """Waits for the end, and returns the close code."""
        while self.ended is None:
            await self._more("the end", timeout)
        return self.ended

    def forget(self):
        """Drops the frames before the mark."""
        del self.heard[: self.mark]
        self.mark = 0

    async def _more(self, wanted, timeout):
        self._news.clear()
        try:
            await asyncio.wait_for(self._news.wait(), timeout)
        except TimeoutError:
            raise AssertionError(f"{self.owner} waited {timeout} s for {wanted}; heard {self._tail()}") from None

    def _tail(self):
        return json.dumps(self.heard[-8:], ensure_ascii=False, default=str)


def kind(frame):
    """Returns the kind of a frame: Socket.IO's event name, elsewhere `type` (a bare message has none)."""
    return frame.get("event") or frame.get("type")


def is_wanted(frame, wanted):
    return wanted(frame) if callable(wanted) else kind(frame) == wanted
