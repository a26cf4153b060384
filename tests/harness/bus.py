"""A proxy between a node and its Postgres. It can lose, double and reorder notifications, and cut the connection."""

import asyncio
import contextlib
import random
import struct
import threading
from urllib.parse import urlsplit

NOTIFIED = b"A"


class Bus:
    """Passes everything on, unless it is told otherwise."""

    def __init__(self, database, seed=1):
        self.to = urlsplit(database)
        self.chance = random.Random(seed)
        self.lost, self.doubled, self.late, self.is_cut = 0.0, 0.0, 0.0, False
        self.passed = self.dropped = 0
        self.open = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        serving = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self.loop)
        self.port = serving.result().sockets[0].getsockname()[1]

    @property
    def database(self):
        return f"postgres://{self.to.username}@127.0.0.1:{self.port}{self.to.path}?sslmode=disable"

    def cut(self):
        """Cuts all connections, and lets no new one through."""
        self.is_cut = True
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(30)

    def mend(self):
        self.is_cut = False

    def stop(self):
        self.cut()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    async def _end(self):
        for task in list(self.open):
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self.open.add(task)
        try:
            if not self.is_cut:
                server_reader, server_writer = await asyncio.open_connection(self.to.hostname, self.to.port)
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._asked(reader, server_writer))
                    both.create_task(self._answered(server_reader, writer))
        except* (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open.discard(task)
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def _asked(self, reader, writer):
        with contextlib.closing(writer):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()

    async def _answered(self, reader, writer):
        """Passes messages on one by one. A message is a byte for its type, a length that includes itself, and a
        body."""
        held = []
        with contextlib.closing(writer):
            while True:
                head = await reader.readexactly(5)
                message = head + await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)
                if head[:1] != NOTIFIED:
                    writer.write(message)
                elif self.chance.random() < self.lost:
                    self.dropped += 1
                elif self.chance.random() < self.late:
                    held.append(message)
                    continue
                else:
                    self.passed += 1
                    copies = 2 if self.chance.random() < self.doubled else 1
                    writer.write(message * copies + b"".join(reversed(held)))
                    held.clear()
                await writer.drain()
