"""Several nodes on one database, behind an address that gives each connection to the next node."""

import asyncio
import contextlib
import itertools
import threading

from harness.postgres import free_port
from harness.server import Addressed, Server

SECRET = "a secret that all nodes of the tests have in common"
CLUSTER_SECRET = "what-nodes-show-each-other"


class Nodes(Addressed):
    """Several nodes that look like one server: any of them answers a request."""

    def __init__(self, database, count, **flags):
        flags = {"jwt_secret": SECRET, "cluster_secret": CLUSTER_SECRET} | flags
        own = [{"node_listen": f"127.0.0.1:{free_port()}"} for _ in range(count)]
        databases = database if isinstance(database, list) else [database] * count
        self.nodes = [Server(where, **flags, **one) for where, one in zip(databases, own, strict=True)]
        self.balancer = Balancer(self.nodes)

    def start(self):
        for node in self.nodes:
            node.start()
        self.balancer.start()
        return self

    @property
    def port(self):
        return self.balancer.port

    @property
    def admin_url(self):
        return self.nodes[0].admin_url

    @property
    def database(self):
        return self.nodes[0].database

    def log(self):
        return "\n".join(node.log() for node in self.nodes)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.balancer.stop()
        for node in self.nodes:
            node.__exit__()


class Balancer:
    """Passes each connection to the next node that accepts it."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.turn = itertools.count()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def start(self):
        self.thread.start()
        serving = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self.loop)
        self.port = serving.result().sockets[0].getsockname()[1]

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(30)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    async def _end(self):
        under_way = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _serve(self, reader, writer):
        with contextlib.suppress(OSError):
            node_reader, node_writer = await self._next()
            await asyncio.gather(pipe(reader, node_writer), pipe(node_reader, writer))

    async def _next(self):
        for _ in self.nodes:
            node = self.nodes[next(self.turn) % len(self.nodes)]
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", node.port)
        raise ConnectionRefusedError


async def pipe(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.close()
