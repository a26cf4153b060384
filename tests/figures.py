"""What several nodes cost beside one, on this machine: `tests/.venv/bin/python tests/figures.py [NAME…]` prints a table.

Nodes and their Postgres are measured by their own CPU, so that what else runs here matters little; times are of this machine as it is.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import os
import pathlib
import re
import statistics
import sys
import time
import urllib.request

import aiohttp

from harness.bus import Bus
from harness.nodes import CLUSTER_SECRET, SECRET
from harness.postgres import Cluster, free_port
from harness.server import Server

ISSUER = "https://figures.example"
MANY = int(os.environ.get("CHAT_FIGURES_PEOPLE", "10000"))
RUNS = int(os.environ.get("CHAT_FIGURES_RUNS", "7"))
TICK = os.sysconf("SC_CLK_TCK")


class Ground:
    """Nodes on a Postgres, each behind a bus that can lose what is notified."""

    def __init__(self, count):
        self.count, self.cluster = count, Cluster()

    async def __aenter__(self):
        await asyncio.to_thread(self.cluster.__enter__)
        database = self.cluster.database()
        self.buses = [Bus(database, seed) for seed in range(self.count)]
        flags = {"jwt_secret": SECRET, "jwt_issuer": ISSUER, "cluster_secret": CLUSTER_SECRET}
        self.nodes = [
            Server(bus.database, node_listen=f"127.0.0.1:{free_port()}", **flags).__enter__() for bus in self.buses
        ]
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(self, *_):
        await self.http.close()
        for node in self.nodes:
            await asyncio.to_thread(node.__exit__)
        for bus in self.buses:
            bus.stop()
        await asyncio.to_thread(self.cluster.__exit__)

    def node(self, number):
        return self.nodes[number % self.count]

    async def call(self, node, method, path, who, body=None):
        """Again where the machine is too busy to answer in time."""
        headers = {"Authorization": f"Bearer {token(who)}"}
        while True:
            async with self.http.request(method, f"{self.node(node).url}{path}", headers=headers, json=body) as answer:
                if answer.status != 503:
                    assert answer.status < 300, await answer.text()
                    return await answer.json()
            await asyncio.sleep(0.1)

    async def say(self, node, chat, who, content):
        await self.call(node, "POST", f"/api/chats/{chat}/messages", who, {"content": content, "client_id": content})

    async def room(self, people):
        await each(people, lambda who: self.call(0, "GET", "/api/auth/me", who))
        body = {"type": "group", "title": "figures", "member_ids": list(people[1:])}
        return (await self.call(0, "POST", "/api/chats", people[0], body))["data"]["id"]

    async def socket(self, node, who):
        while True:
            with contextlib.suppress(aiohttp.WSServerHandshakeError):
                return await self.http.ws_connect(f"{self.node(node).url}/ws?token={token(who)}", max_msg_size=0)
            await asyncio.sleep(0.1)

    def cpu(self):
        """Seconds of all nodes and of Postgres."""
        postgres = children(self.cluster.pid)
        return sum(spent(process) for process in [*(node.process.pid for node in self.nodes), *postgres])

    def nodes_cpu(self):
        return sum(spent(node.process.pid) for node in self.nodes)

    def figure(self, name):
        """The sum over all nodes."""
        texts = [urllib.request.urlopen(f"{node.admin_url}/metrics").read().decode() for node in self.nodes]
        found = [re.search(rf"^{name} ([\d.e+]+)$", text, re.M) for text in texts]
        return sum(float(one[1]) for one in found if one)

    def statements(self):
        """Transactions of the database; outside of a transaction each statement is one."""
        self.cluster.ask("SELECT pg_stat_clear_snapshot()")
        return int(self.cluster.ask("SELECT xact_commit FROM pg_stat_database WHERE datname = 'chat1'"))


def token(who):
    claims = {"sub": who, "iss": ISSUER, "exp": int(time.time()) + 86_400, "name": f"P{who}"}
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signed = hmac.new(SECRET.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, encoded(signed)])


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def spent(process):
    with contextlib.suppress(OSError):
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")")[-1].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    return 0.0


def children(process):
    listed = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *map(int, listed)]


async def each(of, does, at_once=64):
    gate = asyncio.Semaphore(at_once)

    async def one(what):
        async with gate:
            return await does(what)

    return await asyncio.gather(*(one(what) for what in of))


async def talk(ground, rooms, members, rate, seconds):
    """Somebody of each room in turn says something; how long it took to each other member, and the CPU of a message."""
    people = [list(range(1 + room * members, 1 + (room + 1) * members)) for room in range(rooms)]
    chats = await each(people, ground.room, 8)
    began, took, listening = {}, [], []

    async def listen(socket):
        async for frame in socket:
            heard = re.search(r'"content":"(w\d+)"', frame.data)
            if heard and "new_message" in frame.data:
                took.append(time.monotonic() - began[heard[1]])

    async with contextlib.AsyncExitStack() as open_ones:
        for room in people:
            for number, who in enumerate(room[1:], 1):
                socket = await open_ones.enter_async_context(await ground.socket(number, who))
                listening.append(asyncio.create_task(listen(socket)))
        await asyncio.sleep(2)
        before, count, sending, start = ground.cpu(), int(rate * seconds), [], time.monotonic()
        for number in range(count):
            await asyncio.sleep(max(0, start + number / rate - time.monotonic()))
            word, room = f"w{number}", number % rooms
            began[word] = time.monotonic()
            sending.append(asyncio.create_task(ground.say(0, chats[room], people[room][0], word)))
        await asyncio.gather(*sending)
        async with asyncio.timeout(120):
            while len(took) < count * (members - 1):
                await asyncio.sleep(0.05)
        cpu = (ground.cpu() - before) / count
        for task in listening:
            task.cancel()
    return took, cpu


def milliseconds(took):
    cuts = statistics.quantiles(took, n=100)
    return f"p50 {1000 * cuts[49]:.1f} ms, p99 {1000 * cuts[98]:.1f} ms"


async def lag():
    """The same with one node and with three, in turn: 100 rooms, 200 messages a second."""
    found = {1: [], 3: []}
    for run, count in itertools.product(range(RUNS), (1, 3)):
        async with Ground(count) as ground:
            took, cpu = await talk(ground, 100, 3, 200, 3)
            found[count].append((*statistics.quantiles(took, n=100)[49::49], cpu))
        print(
            f"    run {run + 1}, {count} node(s): {milliseconds(took)}, {1e6 * cpu:.0f} us of CPU a message", flush=True
        )
    for count, runs in found.items():
        p50, p99, cpu = (statistics.median(run[at] for run in runs) for at in range(3))
        print(f"lag: {count} node(s): p50 {1000 * p50:.1f} ms, p99 {1000 * p99:.1f} ms, {1e6 * cpu:.0f} us a message")
    ratio = statistics.median(run[2] for run in found[3]) / statistics.median(run[2] for run in found[1])
    print(f"lag: CPU a message of three nodes and Postgres to one's: {ratio:.2f}")


async def lost():
    """Every tenth notification is lost."""
    for share in (0.0, 0.1):
        async with Ground(3) as ground:
            for bus in ground.buses:
                bus.lost = share
            before = ground.figure("missed_reads_total")
            took, _ = await talk(ground, 20, 3, 50, 10)
            dropped, reads = sum(bus.dropped for bus in ground.buses), ground.figure("missed_reads_total") - before
            each_read = f"{reads / dropped:.2f} reads a dropped frame" if dropped else "nothing dropped"
            print(
                f"lost {share:.0%}: {milliseconds(took)}; {dropped} dropped, {reads:.0f} rooms read, {each_read}",
                flush=True,
            )


async def crowd():
    """A room of a thousand, one message after the other."""
    size, messages, costs = 1000, 20, {}
    for count in (1, 3):
        async with Ground(count) as ground:
            people = list(range(1, size + 1))
            chat = await ground.room(people)
            heard = itertools.count()
            total = [0]

            async def listen(socket):
                async for frame in socket:
                    if "new_message" in frame.data:
                        total[0] = next(heard) + 1

            sockets = await each(people[1:], lambda who: ground.socket(who, who))
            tasks = [asyncio.create_task(listen(socket)) for socket in sockets]
            await asyncio.sleep(5)
            before = ground.nodes_cpu()
            for number in range(messages):
                await ground.say(number, chat, people[0], f"word {number}")
                async with asyncio.timeout(120):
                    while total[0] < (number + 1) * (size - 1):
                        await asyncio.sleep(0.005)
            costs[count] = (ground.nodes_cpu() - before) / (messages * (size - 1))
            for task in tasks:
                task.cancel()
            print(f"crowd: {count} node(s): {1e6 * costs[count]:.1f} us of CPU a delivery", flush=True)
    print(f"crowd: three nodes to one: {costs[3] / costs[1]:.2f}")


async def idle():
    """Nobody does anything: statements a second and node; and what it cost that all of them came."""
    for many in (10, MANY // 10, MANY):
        async with Ground(3) as ground:
            people = list(range(1, many + 1))
            # Ten to a room: who comes is announced.
            await each([people[at : at + 10] for at in range(0, many, 10)], ground.room, 8)
            await asyncio.sleep(5)
            cpu, memory = ground.nodes_cpu(), sum(node.memory() for node in ground.nodes)
            passed, start = sum(bus.passed for bus in ground.buses), time.monotonic()
            sockets = await each(people, lambda who: ground.socket(who, who), 256)
            took = time.monotonic() - start
            await asyncio.sleep(10)
            cpu, memory = ground.nodes_cpu() - cpu, sum(node.memory() for node in ground.nodes) - memory
            passed = sum(bus.passed for bus in ground.buses) - passed
            print(
                f"online: {many} people in {took:.0f} s: {1e6 * cpu / many:.0f} us of CPU a person, "
                f"{memory / 3 / many:.0f} bytes a person and node, {passed / 3 / many:.2f} envelopes a person and node",
                flush=True,
            )
            await asyncio.sleep(20)
            before, start = ground.statements(), time.monotonic()
            await asyncio.sleep(20)
            rate = (ground.statements() - before) / (time.monotonic() - start) / 3
            print(f"idle: {many} people: {rate:.1f} statements a second and node", flush=True)
            assert all(not socket.closed for socket in sockets)


ALL = {"lag": lag, "lost": lost, "crowd": crowd, "idle": idle}


async def main(names):
    for name in names or ALL:
        await ALL[name]()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
