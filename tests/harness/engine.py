"""The echo server (examples/echo), and a minimal client of Engine.IO."""

import os
import pathlib
import time

import aiohttp

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The intervals that the echo server is started with, in seconds.
INTERVAL = 0.3
TIMEOUT = 0.2
CONNECT_TIMEOUT = 1.0
# Everything here comes within this time, or never.
PATIENCE = 5


def binary():
    """Returns `CHAT_ECHO`, or what cargo built last: release before debug."""
    if named := os.environ.get("CHAT_ECHO"):
        return named
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    for profile in ("release", "debug"):
        if (path := target / profile / "examples" / "echo").exists():
            return str(path)
    raise FileNotFoundError("no echo: run `cargo build --release --example echo` first")


class Address:
    """An Engine.IO address."""

    def __init__(self, host, name):
        self.url = f"http://{host}/{name}/"
        self.name = name
        self.http = None

    def ask(self, query, method="GET", body=None):
        return self.http.request(method, f"{self.url}?{query}", data=body)

    async def status(self, query, method="GET", body=None):
        async with self.ask(query, method, body) as response:
            await response.read()
            return response.status

    async def open(self):
        """Opens a polling session."""
        async with self.ask("EIO=4&transport=polling") as response:
            assert response.status == 200
            return Polling(self, await response.text())

    def web_socket(self, query="EIO=4&transport=websocket"):
        return self.http.ws_connect(f"{self.url}?{query}", autoping=True, max_msg_size=0)

    async def hello(self):
        """Opens a WebSocket session, and reads its first packet."""
        web_socket = await self.web_socket()
        return web_socket, await said(web_socket)


class Polling:
    """A session over long-polling."""

    def __init__(self, address, hello):
        self.address = address
        self.hello = hello
        self.sid = hello.split('"sid":"')[1].split('"')[0]
        self.query = f"EIO=4&transport=polling&sid={self.sid}"

    async def poll(self):
        """Polls; returns the status and the packets."""
        async with self.address.ask(self.query) as response:
            return response.status, await response.text()

    async def post(self, body):
        async with self.address.ask(self.query, "POST", body) as response:
            return response.status, await response.text()

    def web_socket(self):
        return self.address.web_socket(f"EIO=4&transport=websocket&sid={self.sid}")

    async def probe(self):
        web_socket = await self.web_socket()
        await web_socket.send_str("2probe")
        assert await said(web_socket) == "3probe"
        return web_socket


async def said(web_socket):
    """Returns the next message, text or bytes."""
    message = await web_socket.receive(timeout=PATIENCE)
    assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
    return message.data


async def is_closed(web_socket):
    """Tells whether the server ends the connection, whatever it sends before."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        message = await web_socket.receive(timeout=PATIENCE)
        if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
            return True
    return False
