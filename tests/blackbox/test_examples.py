"""The clients in `examples/clients`, as somebody would run them: each hears, sends, and comes back after a restart."""

import asyncio
import contextlib
import os
import shutil
import sys

import pytest

from harness import http
from harness.dialects import fresh
from harness.people import PASSWORD, group, register_many
from harness.server import ROOT

CLIENTS = ROOT / "examples" / "clients"


@contextlib.asynccontextmanager
async def running(*command):
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment)
    try:
        yield program
    finally:
        program.kill()
        await program.wait()


async def prints(program, line):
    """Waits until it has printed this line; what it prints before is passed over."""
    async with asyncio.timeout(30):
        while (said := (await program.stdout.readline()).decode()) != line + "\n":
            assert said, f"it ended before it printed {line}"


def command(name, user, chat, home):
    if name == "socketio.mjs":
        # Node looks for the library beside the file, as in a project of one's own.
        shutil.copy(CLIENTS / name, home)
        (home / "node_modules").symlink_to(ROOT / "tests" / "clients" / "node_modules")
        return ["node", str(home / name), user.server.url, user.token, chat.uuid]
    return [sys.executable, str(CLIENTS / name), user.server.url, user.username, PASSWORD, str(chat.id)]


@pytest.mark.parametrize("name", ["poll.py", "stream.py", "socketio.mjs"])
async def test_a_client_hears_sends_and_comes_back(new_server, tmp_path, name):
    server = new_server()
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)

    async def say(content):
        await boris.call("POST", f"/api/chats/{chat.id}/messages", {"content": content}, expect=200)

    async with running(*command(name, anna, chat, tmp_path)) as client:
        await heard(client, boris, say)
        if name != "stream.py":
            mine = fresh("mine")
            client.stdin.write(mine.encode() + b"\n")
            await prints(client, f"{anna.name}: {mine}")
        server.restart()
        # The connections that this test had are broken, too.
        await http.close()
        missed = fresh("missed")
        await say(missed)
        await prints(client, f"{boris.name}: {missed}")


async def heard(client, author, say):
    """Says something again and again until the client, which may still be connecting, has printed some of it."""
    printed = asyncio.create_task(client.stdout.readline())
    while not printed.done():
        await say(fresh("hello"))
        await asyncio.wait([printed], timeout=0.2)
    assert printed.result().decode().startswith(f"{author.name}: hello"), printed.result()
