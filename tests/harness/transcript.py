"""A scripted evening, recorded once and compared ever after.

What each connection hears has an order; between connections there is none, so a transcript keeps them apart: in each
step, one connection after the other. While it is compared, a step ends when every connection has heard as much as the
transcript says; what comes beyond that is in the way of the next step, or of the end.

`CHAT_TRANSCRIPTS=record` writes the transcripts anew; look at what `git diff` says before you commit them.
"""

import asyncio
import contextlib
import difflib
import itertools
import os
import re
import time

from . import people
from .http import call
from .plain import Plain
from .server import ROOT

DIRECTORY = ROOT / "tests" / "transcripts"
PATIENCE = 15
# No step is followed by a longer silence unless the step says so.
SILENCE = 0.9
# Presences and deliveries of different people have no promised order.
PEOPLE = re.compile(
    r'user_status|user_offline|user:online|user:offline|"status":"delivered","read_by"|chat:message:delivered'
)
LISTS = re.compile(r'^\{"type":"chat_updated"|^\["chat:updated"')


class Evening:
    """A recording. `lists` is whether chat lists count: they come at most once a second, and then only the newest."""

    lists = False

    def __init__(self, server, name):
        self.server = server
        self.path = DIRECTORY / f"{name}.txt"
        self.recording = os.environ.get("CHAT_TRANSCRIPTS") == "record"
        self.expected = {} if self.recording else steps(self.path.read_text())
        self.plain, self.wires, self.news = Plain(), {}, asyncio.Event()
        self.written = []

    async def somebody(self, name):
        """Creates a user whom the transcript calls by this name."""
        body = {"username": name, "password": people.PASSWORD, "name": name.capitalize()}
        user = people.person(self.server, await call(self.server, "POST", "/api/auth/register", body, expect=201))
        self.plain.call("user", user.id, name)
        return user

    @contextlib.asynccontextmanager
    async def step(self, title, silence=SILENCE):
        assert f"== {title}" not in self.written, f"two steps are called {title}"
        yield
        expected = self.expected.get(title, [])
        if self.recording:
            await self._silence(silence)
        else:
            await self._heard(expected)
        self._close(title, expected)

    async def end(self):
        """Checks that nothing more comes."""
        await self._silence(SILENCE)
        self._close("The end", self.expected.get("The end", []))
        if self.recording:
            self.path.write_text("\n".join(self.written) + "\n")
        left = self.expected.keys() - {line[3:] for line in self.written if line.startswith("== ")}
        assert not left, f"{self.path} has steps that did not happen: {left}"

    def _close(self, title, expected):
        heard = [line for name, wire in self.wires.items() for line in self._lines(name, wire)]
        for wire in self.wires.values():
            wire.heard.clear()
        self.written += [f"== {title}", *heard]
        if not self.recording:
            diff = difflib.unified_diff(expected, heard, str(self.path), "heard", lineterm="", n=1)
            assert heard == expected, f"{title}:\n" + "\n".join(diff)

    def _taken(self, wire):
        """Returns those lines of a wire so far that count."""
        return [line for line in wire.heard if self.lists or not LISTS.search(line.text)]

    def _lines(self, name, wire):
        """Returns the lines of a wire: what it sent, then what it heard. New ids get their placeholders here, in this
        order."""
        taken = self._taken(wire)
        said = [line for line in taken if line.said and not wire.in_turn]
        shown = [line.shown() for line in said] + in_order([line.shown() for line in taken if line not in said])
        return [f"{name} {line}" for line in shown]

    async def _heard(self, expected):
        deadline = time.monotonic() + PATIENCE
        while any(len(self._taken(wire)) < count(expected, name) for name, wire in self.wires.items()):
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), 1)
            if time.monotonic() > deadline:
                return

    async def _silence(self, span):
        while True:
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), span)
            except TimeoutError:
                return


def in_order(lines):
    """Returns the lines with neighbouring ones about people sorted."""
    groups = itertools.groupby(lines, lambda line: bool(PEOPLE.search(line)))
    return [line for about_people, run in groups for line in (sorted(run) if about_people else run)]


def count(lines, name):
    return sum(1 for line in lines if line.startswith(f"{name} "))


def steps(text):
    """Returns the lines of each step."""
    found = {}
    for line in text.rstrip("\n").split("\n"):
        if line.startswith("== "):
            lines = found[line[3:]] = []
        else:
            lines.append(line)
    return found
