"""A minimal HTTP/2 client, which can also do what no well-behaved client does."""

import asyncio
import ssl
import struct
from dataclasses import dataclass

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
GET, POST = b"\x82", b"\x83"
STATUS = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}


@dataclass
class Frame:
    kind: int
    flags: int
    stream: int
    payload: bytes

    @property
    def status(self):
        """Returns the status of an answer, if its head begins with the short form of one."""
        return STATUS.get(self.payload[0])

    @property
    def error(self):
        return struct.unpack(">I", self.payload[4:8] if self.kind == GOAWAY else self.payload[:4])[0]


class Http2:
    """A connection."""

    def __init__(self, server, context):
        self.server = server
        context.set_alpn_protocols(["h2"])
        self.context = context
        self.next_stream = 1

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.server.port, ssl=self.context)
        assert self.writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2"
        self.writer.write(PREFACE)
        self.send(SETTINGS)
        return self

    async def __aexit__(self, *_):
        self.writer.transport.abort()

    def send(self, kind, flags=0, stream=0, payload=b""):
        self.writer.write(struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload)

    def head(self, path, *more, method=GET):
        """Returns the fields of a request, uncompressed."""
        fields = method + b"\x87" + literal(0x04, path) + literal(0x01, f"127.0.0.1:{self.server.port}")
        return fields + b"".join(b"\x00" + text(name) + text(value) for name, value in more)

    def ask(self, path, *more, method=GET, flags=END_STREAM | END_HEADERS):
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        self.send(HEADERS, flags, stream, self.head(path, *more, method=method))
        return stream

    def take_back(self, stream):
        self.send(RST_STREAM, 0, stream, struct.pack(">I", 8))

    async def frame(self):
        """Returns the next frame; None at the end of the connection."""
        try:
            head = await self.reader.readexactly(9)
            length, kind, flags, stream = (
                int.from_bytes(head[:3], "big"),
                head[3],
                head[4],
                int.from_bytes(head[5:], "big"),
            )
            return Frame(kind, flags, stream, await self.reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            return None

    async def until(self, wanted):
        """Returns the first frame of this kind; None at the end of the connection."""
        while frame := await self.frame():
            if frame.kind == SETTINGS and not frame.flags & ACK:
                self.send(SETTINGS, ACK)
            if wanted(frame):
                return frame
        return None


def literal(name, value):
    """Returns a field whose name is in the static table, and which must not be remembered."""
    return bytes([name]) + text(value)


def text(value):
    data = value.encode()
    assert len(data) < 127 or len(data) < 2**14
    if len(data) < 127:
        return bytes([len(data)]) + data
    rest, length = len(data) - 127, b"\x7f"
    while rest >= 128:
        length, rest = length + bytes([rest % 128 + 128]), rest // 128
    return length + bytes([rest]) + data
