"""Connections that record what they send and hear byte for byte, for transcripts. Each has a name in its evening."""

import asyncio
import contextlib
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from websockets.exceptions import ConnectionClosedError

from . import http
from .client import connect
from .plain import compact

# The headers of an answer that clients are promised.
HEADERS = ["content-type", "allow", "retry-after", "set-cookie", "cache-control", "www-authenticate"]


@dataclass
class Line:
    """A line of a transcript. `how` replaces in its text what differs from run to run."""

    said: bool
    before: str
    text: str
    how: Any

    def shown(self):
        return f"{'>' if self.said else '<'} {self.before}{self.how(self.text)}".rstrip()


class Wire:
    """A person's connection. `heard` holds its lines since they were last taken."""

    # Whether each request is answered before the next is sent; then the lines stay in order.
    in_turn = False
    cursor = None

    def __init__(self, evening, name, user):
        self.name, self.user, self.plain = name, user, evening.plain
        self.server, self.news = evening.server, evening.news
        self.heard = []
        evening.wires[name] = self

    def put(self, before, text="", how=str):
        self.heard.append(Line(False, before, text, how))
        self.news.set()

    def says(self, before, text="", how=str):
        self.heard.append(Line(True, before, text, how))


class Http(Wire):
    """Requests and their answers."""

    in_turn = True

    async def ask(self, method, path, body=None, *, headers=None, raw=None):
        said = raw if raw is not None or body is None else compact(body)
        self.says(f"{method} ", path, self.plain.path)
        if said is not None:
            self.says("", said, self.plain.json)
        headers = dict(headers or {})
        if self.user:
            headers.setdefault("Authorization", f"Bearer {self.user.token}")
        if said is not None:
            headers.setdefault("Content-Type", "application/json")
        async with self._request(method, path, headers=headers, data=said) as answer:
            text = await answer.text()
        self.put(f"{answer.status}{headers_of(answer)}")
        if text:
            self.put("", text, self.plain.json)
        return json.loads(text) if text else None

    async def packets(self, method, path, body=None, until=None):
        """Sends a request of Engine.IO's polling, and records its packets as lines; repeats it until `until` was
        heard."""
        self.says(f"{method} ", path, self.plain.path)
        if body:
            self.says(*packet(self, body))
        heard = []
        while True:
            async with self._request(method, path, data=body) as answer:
                text = await answer.text()
            heard += text.split("\x1e")
            if until is None or until in text:
                break
        self.put(str(answer.status))
        for one in heard:
            self.put(*packet(self, one))
        return heard

    def _request(self, method, path, **more):
        return http.session().request(method, self.server.url + path, allow_redirects=False, **more)


class Sse(Wire):
    """A stream. Comments are signs of life and not recorded."""

    async def open(self, path):
        self.says("GET ", path, self.plain.path)
        timeout = aiohttp.ClientTimeout(total=None)
        headers = {"Authorization": f"Bearer {self.user.token}"}
        self.response = await http.session().get(self.server.url + path, headers=headers, timeout=timeout)
        self.put(f"{self.response.status}{headers_of(self.response)}")
        self.reader = asyncio.create_task(self._read())
        return self

    async def _read(self):
        async for line in self.response.content:
            line = line.decode().rstrip("\n")
            if line and not line.startswith(":"):
                self._hear(*line.partition(": "))
        self.put("the end")

    def _hear(self, field, colon, value):
        if field == "id":
            self.cursor = value
            value = "<cursor>"
        self.put(field + colon, value, self.plain.json if field == "data" else str)

    async def close(self):
        self.reader.cancel()
        self.response.close()


class WebSocket(Wire):
    """A socket with JSON texts. `token` is given if it is not the user's."""

    token = None

    async def open(self, path, **query):
        path += ("?" + urlencode(query)) if query else ""
        self.says("open ", path, self.plain.path)
        headers = {"Authorization": f"Bearer {self.token or self.user.token}"}
        await self._connect(path, headers)
        return self

    async def _connect(self, path, headers=None):
        self.ws = await connect(self.server.ws_url + path, headers)
        self.reader = asyncio.create_task(self._read())

    async def _read(self):
        with contextlib.suppress(ConnectionClosedError):
            async for text in self.ws:
                self._hear(text)
        self.put(f"closed {self.ws.close_code} {self.ws.close_reason}")

    def _hear(self, text):
        self.cursor = json.loads(text).get("cursor") or self.cursor
        self.put("", text, self.plain.json)

    async def send(self, frame):
        text = frame if isinstance(frame, str) else compact(frame)
        self.says("", text, self.plain.json)
        await self.ws.send(text)

    async def close(self):
        self.reader.cancel()
        await self.ws.close()


class Socketio(WebSocket):
    """Dialect 5 over a WebSocket, with its packets as they are."""

    async def open(self, **auth):
        self.says("open /socket.io/")
        await self._connect("/socket.io/?EIO=4&transport=websocket")
        await self.say("40", auth or {"token": self.user.token})
        return self

    def _hear(self, text):
        if text == "2":
            self.pong = asyncio.create_task(self.ws.send("3"))
            return
        self.put(*packet(self, text))
        for part in json.loads(body_of(text)) if body_of(text).startswith("[") else []:
            if isinstance(part, dict):
                self.cursor = part.get("cursor") or self.cursor

    async def say(self, head, value):
        text = head + compact(value)
        self.says(*packet(self, text))
        await self.ws.send(text)

    async def call(self, number, event, data):
        """Emits an event that asks for an ACK with this number."""
        await self.say(f"42{number}", [event, data])

    async def emit(self, event, data):
        await self.say("42", [event, data])


def packet(wire, text):
    """Returns a packet of Socket.IO as a line: the digits before the JSON, and the JSON if there is some."""
    body = body_of(text)
    return text[: len(text) - len(body)], body, wire.plain.json if body else str


def body_of(text):
    return text.lstrip("0123456789")


def headers_of(answer):
    found = [(name.decode().lower(), value.decode()) for name, value in answer.raw_headers]
    # A cookie's value is a secret.
    shown = [(name, re.sub(r"^sessionid=[^;]+", "sessionid=<cookie>", value)) for name, value in found]
    return "".join(f" {name}: {value};" for name, value in shown if name in HEADERS)
