"""The power fails, and disks that refuse or lie: what was acknowledged is on the disk, and a lie is found out.

`CHAT_POWER_CUTS` says how often; the step `power` of tests/run does it fifty times.
"""

import asyncio
import contextlib
import os
import subprocess

import aiohttp
import pytest

from harness import disk
from harness.dialects import fresh
from harness.http import call
from harness.luck import luck
from harness.people import history, room_of
from harness.postgres import Cluster
from harness.server import Server, binary

CUTS = int(os.environ.get("CHAT_POWER_CUTS", "6"))
WRITERS = 8
# Every answer of the system to "is it on the disk?" that this server may ask for.
SYNCS = "fsync,fdatasync,sync_file_range,msync"

# What makes a device that fails.
NBD = ("nbdkit", "nbdfuse")

needs_disk = pytest.mark.skipif(disk.missing() is not None, reason=f"power is not cut: {disk.missing()}")


@needs_disk
async def test_nothing_acknowledged_is_lost_when_the_power_fails():
    with disk.Disk() as ground, Server(f"sqlite:{ground.home}/chat.db") as server:
        await fail_again_and_again(ground, server)


@needs_disk
async def test_nothing_acknowledged_is_lost_when_the_power_of_postgres_fails():
    with disk.Disk() as ground, Cluster(ground.home) as cluster, Server(cluster.database()) as server:
        # The tests' clusters are made without syncs, to be quick; this one stands for one that is older.
        os.sync()
        await fail_again_and_again(ground, server, database=cluster)


@needs_disk
async def test_a_disk_that_lies_about_its_syncs_is_found_out():
    """The counter-proof: with syncs that do nothing, the same test sees acknowledged messages missing."""
    with disk.Disk() as ground, Server(f"sqlite:{ground.home}/chat.db") as server:
        with pytest.raises(AssertionError, match="acknowledged messages are lost"):
            await fail_again_and_again(ground, server, lies=f"inject={SYNCS}:retval=0")


@needs_disk
async def test_a_server_that_does_not_wait_for_its_disk_is_found_out(tmp_path, monkeypatch):
    """Another counter-proof: the same server, in whose program SQLite is asked for less than FULL."""
    program, less = open(binary(), "rb").read(), tmp_path / "chat-server"
    assert b"PRAGMA synchronous = FULL" in program
    less.write_bytes(program.replace(b"PRAGMA synchronous = FULL", b"PRAGMA synchronous = 1   "))
    less.chmod(0o755)
    monkeypatch.setenv("CHAT_SERVER", str(less))
    with disk.Disk() as ground, Server(f"sqlite:{ground.home}/chat.db") as server:
        with pytest.raises(AssertionError, match="acknowledged messages are lost"):
            await fail_again_and_again(ground, server, settles=True)


@pytest.mark.skipif(disk.missing(*NBD) is not None, reason=f"no device fails: {disk.missing(*NBD)}")
async def test_a_device_that_fails_gets_nothing_acknowledged():
    """Writes fail below the file system, which then gives up: every send is refused; after a mount and a start all is there."""
    with disk.FailingDisk() as ground, Server(f"sqlite:{ground.home}/chat.db") as server:
        (anna,), chat = await room_of(server, 1)
        acked = {await send(anna, chat) for _ in range(5)}
        ground.fail()
        for _ in range(10):
            answer = await try_to_send(anna, chat, fresh())
            assert answer.status == 503 and answer.body["code"] == "UNAVAILABLE", answer.text
        server.kill()
        ground.come_back()
        server.start()
        assert acked <= await contents(anna, chat)
        await send(anna, chat)


async def test_a_disk_that_cannot_sync_gets_nothing_acknowledged():
    """While syncs fail, every send is refused as UNAVAILABLE; afterwards the server goes on, and what it said is true."""
    with Server() as server:
        (anna,), chat = await room_of(server, 1)
        acked = {await send(anna, chat)}
        with strace(server, "inject=fsync,fdatasync:error=EIO"):
            for _ in range(10):
                answer = await try_to_send(anna, chat, fresh())
                assert answer.status == 503 and answer.body["code"] == "UNAVAILABLE", answer.text
        async with asyncio.timeout(30):
            while (answer := await try_to_send(anna, chat, content := fresh())).status != 200:
                await asyncio.sleep(0.1)
        acked.add(content)
        server.restart()
        assert acked <= await contents(anna, chat)


async def fail_again_and_again(ground, server, *, database=None, lies=None, settles=False):
    chance = luck()
    (anna,), chat = await room_of(server, 1)
    acked = {await send(anna, chat)}
    if settles:
        # Or not even the account is there with which one would look.
        os.sync()
    for _ in range(CUTS):
        with strace(server, lies) if lies else contextlib.nullcontext():
            await fail_in_the_middle(ground, server, database, anna, chat, acked, chance)
        ground.come_back()
        if database:
            database.boot()
        start_again(server)
        lost = acked - await contents(anna, chat)
        assert not lost, f"{len(lost)} of {len(acked)} acknowledged messages are lost"


def start_again(server):
    """Starts a server as a supervisor does: on a busy machine it may find a database that recovers too slow, and end."""
    for _ in range(5):
        try:
            return server.start()
        except AssertionError as ended:
            if "is not available" not in str(ended).splitlines()[-1]:
                raise
    return server.start()


async def fail_in_the_middle(ground, server, database, anna, chat, acked, chance):
    enough = len(acked) + chance.randint(5, 120)
    writers = [asyncio.create_task(write(anna, chat, acked)) for _ in range(WRITERS)]
    async with asyncio.timeout(60):
        while len(acked) < enough:
            await asyncio.sleep(0.001)
    ground.cut()
    if database:
        database.kill()
    server.kill()
    await asyncio.gather(*writers)


async def write(user, chat, acked):
    """Sends until the server says no or is gone; only what it acknowledged counts."""
    with contextlib.suppress(aiohttp.ClientError, OSError):
        while True:
            content = fresh()
            if (await try_to_send(user, chat, content)).status != 200:
                return
            acked.add(content)


async def send(user, chat):
    content = fresh()
    assert (await try_to_send(user, chat, content)).status == 200
    return content


def try_to_send(user, chat, content):
    return call(user.server, "POST", f"/api/chats/{chat.id}/messages", {"content": content}, token=user.token)


async def contents(user, chat):
    return {message["content"] for message in await history(user, chat)}


@contextlib.contextmanager
def strace(server, *what):
    """Stands between the server and the kernel."""
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(server.process.pid)]
    for one in what:
        command += ["-e", one]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        wait_until_traced(server.process.pid, tracer)
        yield
    finally:
        tracer.terminate()
        tracer.wait(10)


def wait_until_traced(pid, tracer):
    def traced(task):
        with open(f"/proc/{pid}/task/{task}/status") as status:
            return "TracerPid:\t0\n" not in status.read()

    while not all(traced(task) for task in os.listdir(f"/proc/{pid}/task")):
        assert tracer.poll() is None, tracer.stderr.read()
