"""What the clients of all dialects share: an inbox, a user, a chat; and a WebSocket where they use one."""

import asyncio
import json
from urllib.parse import urlencode

import websockets.asyncio.client
import websockets.exceptions

from .inbox import Inbox


class Refused(AssertionError):
    """A handshake was answered by an HTTP response instead of an upgrade."""

    def __init__(self, status, body, text=""):
        super().__init__(f"refused with {status}: {body}")
        self.status = status
        self.body = body
        self.text = text


class Client:
    """What all clients share: an inbox, a user, a chat."""

    def __init__(self, user, chat):
        self.user = user
        self.chat = chat
        self.cursor = None
        self.features = None
        self.inbox = Inbox(f"{type(self).__name__} of {user.username if user else 'nobody'}")

    def asked(self):
        """Returns the query parameters that ask for features, if this client asks for any."""
        return {"features": self.features} if self.features else {}

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
    """A WebSocket with JSON texts."""

    async def open(self, path, *, token="", headers=None, server=None):
        """Connects. `token` defaults to the user's; None sends none."""
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
        """Breaks the connection without a closing handshake, like a pulled cable."""
        self.wire.abort()
        await asyncio.wait([self.reader])

    @property
    def wire(self):
        """Returns the transport, to be cut or left unread."""
        return self.ws.transport


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
        raise Refused(refused.response.status_code, json.loads(body) if body else None, body.decode()) from None


def place(cursor, last_message_id):
    """Returns the query parameters (or fields) that tell where a replay begins."""
    given = {"cursor": cursor, "last_message_id": last_message_id}
    return {name: value for name, value in given.items() if value is not None}


def is_lost(error):
    """Tells whether an error of any library means that a connection broke, or could not be made."""
    names = {cls.__name__ for cls in type(error).__mro__}
    return bool(
        names
        & {"Closed", "OSError", "EOFError", "ConnectionClosed", "InvalidHandshake", "ClientError", "SocketIOError"}
    )
