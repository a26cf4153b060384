"""JavaScript clients, which run in `clients/bridge.mjs`."""

import asyncio
import itertools
import json

from .client import Client, cursor_of, place
from .inbox import WAIT, Closed
from .server import ROOT
from .socketio_client import SocketIo

CLIENTS = ROOT / "tests" / "clients"


class Node:
    """A Node process with any number of clients."""

    async def __aenter__(self):
        self.ids = itertools.count(1)
        self.clients = {}
        self.process = await asyncio.create_subprocess_exec(
            "node",
            "bridge.mjs",
            cwd=CLIENTS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        self.reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_):
        self.process.stdin.close()
        await self.process.wait()
        await self.reader

    async def _read(self):
        async for line in self.process.stdout:
            said = json.loads(line)
            self.clients[said["id"]].hear(said)
        for client in self.clients.values():
            client.inbox.end(1006)

    def adopt(self, client):
        number = next(self.ids)
        self.clients[number] = client
        return number

    def say(self, **command):
        self.process.stdin.write(json.dumps(command).encode() + b"\n")


class NodeSocketIo(SocketIo):
    """Dialect 5 through socket.io-client, version 4 or 3."""

    def __init__(self, node, user, chat, version=4, transports=None):
        Client.__init__(self, user, chat)
        self.node, self.version, self.transports = node, version, transports
        self.acks = {}
        self.numbers = itertools.count(1)
        self.sid = self.transport = None
        self.disconnected = None

    async def open(self, *, auth=None, server=None, **options):
        self.id = self.node.adopt(self)
        self.connecting = asyncio.get_running_loop().create_future()
        self.upgraded = asyncio.Event()
        options |= {"auth": {"token": self.user.token} if auth is None else auth}
        if self.transports:
            options["transports"] = list(self.transports)
        url = (server or self.user.server).url
        self.node.say(op="socketio", id=self.id, version=self.version, url=url, options=options)
        await asyncio.wait_for(self.connecting, WAIT)
        return self

    async def join(self, *, cursor=None, last_message_id=None):
        await self.open()
        await self.inbox.seen("sync:required")
        if self.chat:
            self.ack = await self.join_chat(self.chat, cursor=cursor, last_message_id=last_message_id)
        return self

    def hear(self, said):
        match said["kind"]:
            case "connect":
                self.sid, self.transport = said["sid"], said["transport"]
                self.connecting.set_result(None)
            case "connect_error" if not self.connecting.done():
                self.connecting.set_exception(Closed(said["message"]))
            case "upgrade":
                self.transport = said["transport"]
                self.upgraded.set()
            case "event":
                self.put({"event": said["event"], "data": said.get("data")})
            case "ack":
                if not self.acks[said["ack"]].done():
                    self.acks.pop(said["ack"]).set_result(said["value"])
            case "disconnect":
                self.disconnected = said["reason"]
                self.end("disconnected")
            case "failure":
                self.end(said["message"])

    def end(self, why):
        self.inbox.end(1000)
        for waiting in self.acks.values():
            if not waiting.done():
                waiting.set_exception(Closed(why))

    async def call(self, event, data):
        number = next(self.numbers)
        self.acks[number] = asyncio.get_running_loop().create_future()
        self.node.say(op="emit", id=self.id, event=event, data=data, ack=number)
        ack = await asyncio.wait_for(self.acks[number], WAIT)
        if isinstance(ack, dict):
            self.cursor = ack.get("cursor") or self.cursor
        return ack

    async def emit(self, event, data):
        self.node.say(op="emit", id=self.id, event=event, data=data)

    async def close(self):
        self.node.say(op="close", id=self.id)

    async def cut(self):
        self.node.say(op="cut", id=self.id)
        await self.inbox.closed()


class NodeEventSource(Client):
    """Dialect 1's stream through the npm package eventsource."""

    def __init__(self, node, user, chat):
        super().__init__(user, chat)
        self.node = node

    async def join(self, *, cursor=None, last_message_id=None, as_query=False):
        self.id = self.node.adopt(self)
        self.connecting = asyncio.get_running_loop().create_future()
        self.errors = []
        query = "&".join(f"{name}={value}" for name, value in place(cursor, last_message_id).items())
        headers = {"Authorization": f"Bearer {self.user.token}"}
        if as_query:
            query, headers = f"{query}&token={self.user.token}", {}
        url = f"{self.user.server.url}/api/chats/{self.chat.id}/stream?{query}"
        self.node.say(op="eventsource", id=self.id, url=url, headers=headers)
        await asyncio.wait_for(self.connecting, WAIT)
        return self

    def hear(self, said):
        match said["kind"]:
            case "connect":
                if not self.connecting.done():
                    self.connecting.set_result(None)
            case "error":
                self.errors.append(said)
            case "event":
                self.put(said["data"])
            case "failure":
                self.inbox.end(1006)

    async def close(self):
        self.node.say(op="close", id=self.id)


__all__ = ["Node", "NodeEventSource", "NodeSocketIo", "cursor_of"]
