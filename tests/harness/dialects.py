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
import socketio
import websockets.asyncio.client
import websockets.exceptions

from . import http, ids
from .inbox import Inbox


class Refused(AssertionError):
    """A handshake that got an HTTP answer instead."""

    def __init__(self, status, body):
        super().__init__(f"refused with {status}: {body}")
        self.status = status
        self.body = body


class Client:
    """What all have: an inbox, a user, a chat."""

    def __init__(self, user, chat):
        self.user = user
        self.chat = chat
        self.cursor = None
        self.inbox = Inbox(f"{type(self).__name__} of {user.username if user else 'nobody'}")

    def put(self, frame):
        self.cursor = cursor_of(frame) or self.cursor
        self.inbox.put(frame)

    async def next(self, wanted, **more):
        return await self.inbox.next(wanted, **more)

    async def until(self, wanted, **more):
        return await self.inbox.until(wanted, **more)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()


def cursor_of(frame):
    if "event" in frame:
        return frame["data"].get("cursor") if isinstance(frame["data"], dict) else None
    return frame.get("cursor")


class Socket(Client):
    """A WebSocket that carries JSON texts."""

    async def open(self, path, *, token="", headers=None, server=None):
        """`token` is the user's when it is not said; None gives none."""
        server = server or self.user.server
        query = {} if token is None else {"token": token or self.user.token}
        if query:
            path += ("&" if "?" in path else "?") + urlencode(query)
        self.ws = await connect(server.ws_url + path, headers)
        self.reader = asyncio.create_task(self._read())
        return self

    async def _read(self):
        try:
            async for text in self.ws:
                self.put(json.loads(text))
        except websockets.exceptions.ConnectionClosedError:
            pass
        finally:
            self.inbox.end(self.ws.close_code)

    async def send(self, frame):
        await self.ws.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))

    async def close(self):
        await self.ws.close()
        await self.reader

    async def cut(self):
        """As if the cable was pulled: no closing handshake."""
        self.ws.transport.abort()
        await asyncio.wait([self.reader])


async def connect(url, headers=None):
    try:
        return await websockets.asyncio.client.connect(
            url,
            additional_headers=headers,
            max_size=None,
            max_queue=None,
            open_timeout=30,
            close_timeout=10,
            ping_interval=None,
            compression=None,
            proxy=None,
        )
    except websockets.exceptions.InvalidStatus as refused:
        body = refused.response.body or b""
        raise Refused(refused.response.status_code, json.loads(body) if body else None) from None


def place(cursor, last_message_id):
    """The query parameters (or fields) that say where a replay begins."""
    given = {"cursor": cursor, "last_message_id": last_message_id}
    return {name: value for name, value in given.items() if value is not None}


class Rest(Client):
    """Dialect 1: commands over HTTP, what happens over Server-Sent Events."""

    number = 1
    response = None
    reader = None

    async def join(self, *, cursor=None, last_message_id=None, last_event_id=None):
        query = urlencode(place(cursor, last_message_id))
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
        """Each event becomes `{id, …data}`; an `id:` without data is `{id, type: "cursor"}`."""
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
    """Dialect 1's own WebSocket, `/chat/{id}`: bare messages."""

    number = 1

    async def join(self, *, cursor=None, last_message_id=None, **more):
        query = urlencode(place(cursor, last_message_id))
        return await self.open(f"/chat/{self.chat.id}" + (f"?{query}" if query else ""), **more)

    async def message(self, content, client_id=None):
        await self.send({"type": "message", "content": content} | ({"client_id": client_id} if client_id else {}))
        return (await self.next(lambda frame: frame.get("content") == content))["id"]


class Multiplexed(Socket):
    """Dialect 2."""

    number = 2

    async def join(self, *, cursor=None, last_message_id=None):
        await self.open("/ws")
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
        query = urlencode(place(cursor, last_message_id) | ({"lang": lang} if lang else {}))
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
        query |= place(cursor, last_message_id)
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


class SocketIo(Client):
    """Dialect 5, through python-socketio. `ack` keeps what the last call was answered."""

    number = 5

    async def open(self, *, transports=("websocket",), auth=None, server=None):
        self.io = socketio.AsyncClient(reconnection=False, http_session=http.session())
        self.io.on("*", self._event)
        self.io.on("disconnect", self._disconnected)
        await self.io.connect(
            (server or self.user.server).url,
            auth={"token": self.user.token} if auth is None else auth,
            transports=list(transports) if transports else None,
            wait_timeout=30,
        )
        return self

    async def join(self, *, cursor=None, last_message_id=None, transports=("websocket",)):
        await self.open(transports=transports)
        await self.inbox.seen("sync:required")
        if self.chat:
            self.ack = await self.join_chat(self.chat, cursor=cursor, last_message_id=last_message_id)
        return self

    async def join_chat(self, chat, *, cursor=None, last_message_id=None):
        return await self.call("chat:join", {"chat_id": chat.uuid} | place(cursor, last_message_id))

    async def _event(self, event, *arguments):
        self.put({"event": event, "data": arguments[0] if arguments else None})

    async def _disconnected(self, *_):
        self.inbox.end(1000)

    async def call(self, event, data):
        """Emits and gives the ACK."""
        ack = await self.io.call(event, data, timeout=30)
        if isinstance(ack, dict):
            self.cursor = ack.get("cursor") or self.cursor
        return ack

    async def emit(self, event, data):
        await self.io.emit(event, data)

    async def close(self):
        await self.io.disconnect()

    async def cut(self):
        """As if the cable was pulled."""
        self.io.eio.ws._writer.transport.abort()
        await self.inbox.closed()

    async def message(self, content, client_id=None):
        fields = {"type": "text", "content": content} | ({"client_id": client_id} if client_id else {})
        self.ack = await self._call("chat:message:send", **fields)
        assert self.ack["status"] == "sent", self.ack
        return ids.number(self.ack["message_id"], ids.MESSAGE)

    async def edit(self, message, content):
        self.ack = await self._call("chat:message:edit", message_id=self._spelt(message), content=content)

    async def delete(self, message):
        self.ack = await self._call("chat:message:delete", message_id=self._spelt(message))

    async def like(self, message):
        self.ack = await self._call("chat:message:like", message_id=self._spelt(message))

    async def unlike(self, message):
        self.ack = await self._call("chat:message:unlike", message_id=self._spelt(message))

    async def read(self, message=None):
        self.ack = await self._call("chat:message:read", **({"message_id": self._spelt(message)} if message else {}))

    async def typing(self, is_typing):
        self.ack = await self._call("chat:typing", is_typing=is_typing)

    async def _call(self, event, **fields):
        return await self.call(event, {"chat_id": self.chat.uuid} | fields)

    def _spelt(self, message):
        return ids.uuid(ids.MESSAGE, message)


DIALECTS = [Rest, Multiplexed, Room, Roulette, SocketIo]
_contents = itertools.count(1)


def fresh(stem="text"):
    """A content that no other message has."""
    return f"{stem} {next(_contents)}"


@contextlib.asynccontextmanager
async def joined(*clients, **more):
    """All of them joined, and closed in the end."""
    async with contextlib.AsyncExitStack() as stack:
        for client in clients:
            await client.join(**more)
            stack.push_async_exit(client)
        yield clients
