"""The people in the transcripts: five in one group, each with the connections of one dialect, and a sixth outside."""

import asyncio
import re

from . import http, ids
from .people import group
from .wires import Http, Socketio, Sse, WebSocket

BACK_END_KEY = "the-key-of-a-back-end-in-tests"


class Cast:
    """Anna (1) owns the group; Boris (2), Clara (3), Dima (4) and Eva (5) are in it; Felix is not at first."""

    NAMES = ["anna", "boris", "clara", "dima", "eva", "felix"]

    def __init__(self, evening):
        self.evening = evening

    async def come(self):
        for name in self.NAMES:
            user = await self.evening.somebody(name)
            setattr(self, name, user)
        self.room = await group(self.anna, self.boris, self.clara, self.dima, self.eva, title="The evening")
        self.evening.plain.call("room", self.room.id, "room")
        self.rest = Http(self.evening, "anna http", self.anna)
        self.v1 = Http(self.evening, "dima http", self.dima)
        self.v2 = Http(self.evening, "eva http", self.eva)
        self.admin = Http(self.evening, "back end", None)
        return self

    async def open(self, *names):
        """Opens these connections, one after the other; all of them if none is named."""
        for name in names or ["stream", "chat", "multiplexed", "narrow", "roulette", "own", "io"]:
            async with self.evening.step(f"{name} comes"):
                await getattr(self, f"open_{name}")()
            if name == "io":
                async with self.evening.step("io joins"):
                    await self.io.call(0, "chat:join", {"chat_id": self.room.uuid})

    async def open_stream(self, **query):
        path = f"/api/chats/{self.room.id}/stream{query_of(query)}"
        self.stream = await Sse(self.evening, "anna stream", self.anna).open(path)

    async def open_chat(self, **query):
        path = f"/chat/{self.room.id}"
        self.chat = await WebSocket(self.evening, "anna chat", self.anna).open(path, **query)

    async def open_multiplexed(self, **place):
        self.multiplexed = await WebSocket(self.evening, "boris multiplexed", self.boris).open("/ws")
        await self.multiplexed.send({"type": "join_chat", "chat_id": self.room.id} | place)

    async def open_narrow(self, **query):
        path = f"/ws/chat/{self.room.id}/"
        self.narrow = await WebSocket(self.evening, "clara room", self.clara).open(path, **query)

    async def open_roulette(self, **query):
        wire = WebSocket(self.evening, "dima roulette", self.dima)
        self.roulette = await wire.open("/api/v1/ws", chat_id=self.room.uuid, **query)

    async def open_own(self):
        self.own = await WebSocket(self.evening, "dima own", self.dima).open("/api/v1/ws")

    async def open_io(self, **place):
        self.io = await Socketio(self.evening, "eva io", self.eva).open()
        if place:
            await self.connected(self.io)
            await self.io.call(0, "chat:join", {"chat_id": self.room.uuid} | place)

    async def connected(self, io):
        while not any("sync:required" in line.text for line in io.heard):
            await asyncio.sleep(0.01)

    async def gone(self, but):
        """Waits until the server has noticed the end of all connections but this many."""
        while True:
            async with http.session().get(f"{self.evening.server.admin_url}/metrics") as answer:
                counts = re.findall(r"^websocket_connections.* (\d+)$", await answer.text(), re.MULTILINE)
            if sum(map(int, counts)) == but:
                return
            await asyncio.sleep(0.01)

    # Ids from the last answers.

    async def said(self, number=-1):
        """Returns the number of a message, counted from the newest."""
        found = await self.anna.call("GET", f"/api/chats/{self.room.id}/messages?limit=100", expect=200)
        return found.data[number]["id"]

    async def said_uuid(self, number=-1):
        return ids.uuid(ids.MESSAGE, await self.said(number))

    def path(self, rest=""):
        return f"/api/chats/{self.room.id}{rest}"

    def path1(self, rest=""):
        return f"/api/v1/chats/{self.room.uuid}{rest}"

    def path2(self, rest=""):
        return f"/api/v2/chats/{self.room.uuid}{rest}"

    def there(self, **more):
        """Returns the fields that name the chat in an event of dialect 5."""
        return {"chat_id": self.room.uuid} | more


def query_of(query):
    return "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
