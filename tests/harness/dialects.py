"""A client of each dialect, with one set of verbs: what the tests do in all of them they can say once.

Message ids are integers here; each client spells them as its dialect does. `cursor` and `last_message_id` are given
when joining, and every client remembers the newest cursor that it was shown.
"""

import asyncio
import contextlib
import itertools
import json
from urllib.parse import urlencode

import aiohttp

from . import http, ids
from .client import Client, Refused, Socket, place
from .socketio_client import SocketIo


class Rest(Client):
    """Dialect 1: commands over HTTP, events over server-sent events."""

    number = 1
    response = None
    reader = None

    async def join(self, *, cursor=None, last_message_id=None, last_event_id=None):
        query = urlencode(place(cursor, last_message_id) | self.asked())
        headers = {"Authorization": f"Bearer {self.user.token}", "Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        self.response = await http.session().get(
            f"{self.user.server.url}/api/chats/{self.chat.id}/stream?{query}",
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None),
        )
        if self.response.status != 200:
            raise Refused(self.response.status, await self.response.json())
        self.reader = asyncio.create_task(self._read())
        return self

    async def _read(self):
        """Turns each event into `{id, …data}`, and an `id:` without data into `{id, type: "cursor"}`."""
        event = {}
        try:
            async for line in self.response.content:
                line = line.decode().rstrip("\r\n")
                field, _, value = line.partition(": ")
                if line == "" and event:
                    data = json.loads(event["data"]) if "data" in event else {"type": "cursor"}
                    self.put({"cursor": event["id"]} | data if "id" in event else data)
                    event = {}
                elif field in ("id", "data"):
                    event[field] = event[field] + "\n" + value if field in event else value
        except aiohttp.ClientError:
            pass
        finally:
            self.inbox.end(1000)

    async def close(self):
        if self.response:
            self.response.close()
            self.reader.cancel()
            await asyncio.wait([self.reader])

    cut = close

    @property
    def wire(self):
        return self.response.connection.transport

    def _path(self, rest=""):
        return f"/api/chats/{self.chat.id}{rest}"

    async def message(self, content, client_id=None):
        body = {"content": content} | ({"client_id": client_id} if client_id else {})
        return (await self.user.call("POST", self._path("/messages"), body, expect=200)).data["id"]

    async def edit(self, message, content):
        await self.user.call("PATCH", self._path(f"/messages/{message}"), {"content": content}, expect=200)

    async def delete(self, message):
        await self.user.call("DELETE", self._path(f"/messages/{message}"), expect=200)

    async def like(self, message):
        await self.user.call("PUT", self._path(f"/messages/{message}/like"), expect=200)

    async def unlike(self, message):
        await self.user.call("DELETE", self._path(f"/messages/{message}/like"), expect=200)

    async def read(self, message=None):
        body = {"message_id": message} if message else {}
        await self.user.call("POST", self._path("/read"), body, expect=200)

    async def typing(self, is_typing):
        await self.user.call("POST", self._path("/typing"), {"is_typing": is_typing}, expect=200)


class Bare(Socket):
    """Dialect 1's WebSocket, `/chat/{id}`: only messages, without an envelope."""

    number = 1

    async def join(self, *, cursor=None, last_message_id=None, **more):
        query = urlencode(place(cursor, last_message_id) | self.asked())
        return await self.open(f"/chat/{self.chat.id}" + (f"?{query}" if query else ""), **more)

    async def message(self, content, client_id=None):
        await self.send({"type": "message", "content": content} | ({"client_id": client_id} if client_id else {}))
        return (await self.next(lambda frame: frame.get("content") == content))["id"]


class Multiplexed(Socket):
    """Dialect 2."""

    number = 2

    async def join(self, *, cursor=None, last_message_id=None):
        await self.open("/ws" + (f"?{urlencode(self.asked())}" if self.features else ""))
        await self.next("connected")
        if self.chat:
            self.joined = await self.join_chat(self.chat, cursor=cursor, last_message_id=last_message_id)
        return self

    async def join_chat(self, chat, *, cursor=None, last_message_id=None):
        await self.send({"type": "join_chat", "chat_id": chat.id} | place(cursor, last_message_id))
        return await self.next(lambda frame: frame["type"] in ("joined_chat", "error"))

    async def message(self, content, client_id=None):
        await self._say("send_message", content=content, **({"client_id": client_id} if client_id else {}))
        return (await self.next("message_sent"))["message_id"]

    async def edit(self, message, content):
        await self._say("edit_message", message_id=message, content=content)

    async def delete(self, message):
        await self._say("delete_message", message_id=message)

    async def like(self, message):
        await self._say("like_message", message_id=message)

    async def unlike(self, message):
        await self._say("unlike_message", message_id=message)

    async def read(self, message=None):
        await self._say("read_messages", **({"message_id": message} if message else {}))

    async def typing(self, is_typing):
        await self._say("typing", is_typing=is_typing)

    async def _say(self, kind, **fields):
        await self.send({"type": kind, "chat_id": self.chat.id} | fields)


class Room(Socket):
    """Dialect 3."""

    number = 3

    async def join(self, *, cursor=None, last_message_id=None, lang=None, **more):
        query = urlencode(place(cursor, last_message_id) | self.asked() | ({"lang": lang} if lang else {}))
        return await self.open(f"/ws/chat/{self.chat.id}/" + (f"?{query}" if query else ""), **more)

    async def message(self, content, client_id=None):
        await self._say("chat_message", message=content, **({"client_id": client_id} if client_id else {}))
        return (await self.next("message_sent"))["message_id"]

    async def edit(self, message, content):
        await self._say("edit_message", message_id=message, message=content)

    async def delete(self, message):
        await self._say("delete_message", message_id=message)

    async def like(self, message):
        await self._say("like_message", message_id=message)

    async def unlike(self, message):
        await self._say("unlike_message", message_id=message)

    async def read(self, message=None):
        await self._say("mark_read", **({"message_id": message} if message else {}))

    async def typing(self, is_typing):
        await self._say("typing", is_typing=is_typing)

    async def _say(self, kind, **fields):
        await self.send({"type": kind} | fields)


class Roulette(Socket):
    """Dialect 4."""

    number = 4

    async def join(self, *, cursor=None, last_message_id=None):
        query = {"chat_id": self.chat.uuid} if self.chat else {}
        query |= place(cursor, last_message_id) | self.asked()
        return await self.open("/api/v1/ws" + (f"?{urlencode(query)}" if query else ""))

    async def message(self, content, client_id=None):
        await self._say("send_message", content=content, **({"client_id": client_id} if client_id else {}))
        return ids.number((await self.next("message_sent"))["payload"]["message_id"], ids.MESSAGE)

    async def edit(self, message, content):
        await self._say("edit_message", message_id=self._spelt(message), content=content)

    async def delete(self, message):
        await self._say("delete_message", message_id=self._spelt(message))

    async def like(self, message):
        await self._say("like_message", message_id=self._spelt(message))

    async def unlike(self, message):
        await self._say("unlike_message", message_id=self._spelt(message))

    async def read(self, message=None):
        await self._say("mark_read", **({"message_id": self._spelt(message)} if message else {}))

    async def typing(self, is_typing):
        await self._say("typing", is_typing=is_typing)

    async def _say(self, kind, **payload):
        await self.send({"type": kind, "payload": payload})

    def _spelt(self, message):
        return ids.uuid(ids.MESSAGE, message)


DIALECTS = [Rest, Multiplexed, Room, Roulette, SocketIo]
_contents = itertools.count(1)


def fresh(stem="text"):
    """Returns a content that no other message has."""
    return f"{stem} {next(_contents)}"


@contextlib.asynccontextmanager
async def joined(*clients, **more):
    """Joins all of them, and closes them at the end."""
    async with contextlib.AsyncExitStack() as stack:
        for client in clients:
            await client.join(**more)
            stack.push_async_exit(client)
        yield clients
