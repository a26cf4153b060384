"""Dialect 5, through python-socketio."""

import asyncio

import socketio

from . import http, ids
from .client import Client, place
from .inbox import Closed


class SocketIo(Client):
    """A client of dialect 5. `ack` keeps the answer to the last call."""

    number = 5

    async def open(self, *, transports=("websocket",), auth=None, server=None):
        self.io = socketio.AsyncClient(reconnection=False, http_session=http.session())
        self.io.on("*", self._event)
        self.io.on("disconnect", self._disconnected)
        await self.io.connect(
            (server or self.user.server).url,
            auth={"token": self.user.token} | self.asked() if auth is None else auth,
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
        """Emits an event and returns the ACK, which does not come if the connection breaks."""
        call = asyncio.create_task(self.io.call(event, data, timeout=30))
        end = asyncio.create_task(self.inbox.over.wait())
        try:
            await asyncio.wait([call, end], return_when=asyncio.FIRST_COMPLETED)
            if not call.done():
                raise Closed(f"{self.inbox.owner} was closed waiting for the ACK of {event}")
            ack = await call
        finally:
            call.cancel()
            end.cancel()
        if isinstance(ack, dict):
            self.cursor = ack.get("cursor") or self.cursor
        return ack

    async def emit(self, event, data):
        await self.io.emit(event, data)

    async def close(self):
        await self.io.disconnect()

    async def cut(self):
        """Breaks the connection like a pulled cable."""
        self.wire.abort()
        await self.inbox.closed()

    @property
    def wire(self):
        return self.io.eio.ws._writer.transport

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
