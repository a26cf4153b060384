"""Chromium, with a page that runs the JavaScript of a document."""

import asyncio
import itertools
import json
import re
import tempfile

from .inbox import WAIT, Inbox
from .server import ROOT

DOCUMENTS = ROOT / "tests" / "documents"


def code_of(document, containing, fence="javascript"):
    """Returns the code block of a document that contains the text."""
    text = (DOCUMENTS / document).read_text()
    blocks = re.findall(rf"^```{fence}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    found = [block for block in blocks if containing in block]
    assert len(found) == 1, f"{len(found)} blocks of {document} contain {containing!r}"
    return found[0]


def filled(code, replacements):
    """Returns the code with addresses and ids replaced; each must occur in it."""
    for old, new in replacements.items():
        assert old in code, f"{old!r} is not in the code"
        code = code.replace(old, new)
    return code


class Page:
    def __init__(self, server, script, cookies=None):
        self.url = f"{server.url}/healthz"
        self.script = script
        self.cookies = cookies or []
        self.said = Inbox("the page")
        self.answers = {}
        self.numbers = itertools.count(1)

    async def __aenter__(self):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".js")
        self.file.write(self.script)
        self.file.flush()
        arguments = [self.url, self.file.name, json.dumps(self.cookies)]
        self.process = await asyncio.create_subprocess_exec(
            "node",
            "page.mjs",
            *arguments,
            cwd=ROOT / "tests" / "clients",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        self.reader = asyncio.create_task(self._read())
        await self.said.next(lambda frame: frame["said"] == "ready", timeout=60)
        return self

    async def __aexit__(self, *_):
        self.process.stdin.close()
        await self.process.wait()
        await self.reader
        self.file.close()

    async def _read(self):
        async for line in self.process.stdout:
            message = json.loads(line)
            if "said" in message:
                self.said.put(message)
            else:
                self.answers[message["id"]].set_result(message)
        self.said.end(1000)
        for answer in self.answers.values():
            if not answer.done():
                answer.set_exception(AssertionError("the browser ended"))

    async def run(self, code):
        """Returns the value of an expression in the page."""
        number = next(self.numbers)
        self.answers[number] = asyncio.get_running_loop().create_future()
        self.process.stdin.write(json.dumps({"id": number, "code": code}).encode() + b"\n")
        answer = await asyncio.wait_for(self.answers[number], WAIT)
        assert "failure" not in answer, answer["failure"]
        return answer["value"]

    async def until(self, code):
        """Waits until the expression is true in the page, and returns its value."""
        wait = "new Promise((done) => { const look = () => { const value = (%s); value ? done(value) : requestAnimationFrame(look) }; look() })"
        return await self.run(wait % code)
