"""Plain HTTP, as any client would speak it."""

import asyncio
import json as json_text
import os
import ssl
from dataclasses import dataclass
from typing import Any

import aiohttp

_sessions = {}


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any
    text: str

    @property
    def data(self):
        return self.body["data"]


def session():
    """Returns the connection pool of this event loop; `close` ends it. It keeps no cookies."""
    loop = asyncio.get_running_loop()
    if loop not in _sessions:
        _sessions[loop] = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            # As it says now: aiohttp has read it long ago.
            connector=aiohttp.TCPConnector(
                limit=0, ssl=ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))
            ),
            timeout=aiohttp.ClientTimeout(total=60),
        )
    return _sessions[loop]


async def close():
    if found := _sessions.pop(asyncio.get_running_loop(), None):
        await found.close()


async def call(server, method, path, body=None, *, token=None, headers=None, expect=None, raw=None):
    """Sends a request. `expect` is the status that the answer must have."""
    sent = {"Authorization": f"Bearer {token}"} if token else {}
    sent |= headers or {}
    if raw is not None:
        payload = {"data": raw}
        sent.setdefault("Content-Type", "application/json")
    else:
        payload = {} if body is None else {"json": body}
    async with session().request(method, server.url + path, headers=sent, allow_redirects=False, **payload) as response:
        text = await response.text()
        try:
            parsed = json_text.loads(text) if text else None
        except ValueError:
            parsed = None
        answer = Answer(response.status, parsed, response.headers, text)
    if expect is not None:
        assert answer.status == expect, f"{method} {path}: {answer.status} instead of {expect}: {text[:500]}"
    return answer
