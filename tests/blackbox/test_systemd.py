"""Started by a service manager: what it is told, and sockets that are there before the server and after it."""

import asyncio
import os
import socket
import subprocess

import pytest

from harness.people import login, register
from harness.server import Server


class Managed(Server):
    """As systemd starts one: with a socket to be told at, and others that are open already."""

    def __init__(self, sockets=(), names=(), notify=None, **flags):
        super().__init__(**flags)
        self.sockets, self.names, self.notify = list(sockets), names, notify

    def _command(self):
        ports = [f"fd {number}" for number in range(len(self.sockets))]
        variables = f"LISTEN_PID=$$ LISTEN_FDS={len(ports)} LISTEN_FDNAMES={':'.join(self.names)}"
        command = super()._command()
        if self.notify:
            variables += f" NOTIFY_SOCKET={self.notify} WATCHDOG_USEC=400000"
        # The sockets are 3, 4, …, as the protocol wants; the shell becomes the server.
        moved = " ".join(f"{3 + number}<&{one.fileno()}" for number, one in enumerate(self.sockets))
        words = " ".join(f"'{word}'" for word in command)
        return ["bash", "-c", f"exec {moved or '3<&-'}; {variables} exec {words}"]

    def start(self):
        for one in self.sockets:
            os.set_inheritable(one.fileno(), True)
        real = subprocess.Popen
        kept = [one.fileno() for one in self.sockets]
        subprocess.Popen = lambda *words, **more: real(*words, pass_fds=kept, **more)
        try:
            return super().start()
        finally:
            subprocess.Popen = real


def opened():
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    return listener, listener.getsockname()[1]


async def test_a_manager_hears_how_it_is(tmp_path):
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    manager.settimeout(10)
    with Managed(notify=tmp_path / "notify") as server:
        heard = [manager.recv(100) for _ in range(4)]
        assert heard[0] == b"READY=1" or heard[1] == b"READY=1", heard
        assert heard.count(b"WATCHDOG=1") >= 2, "it goes on living"
        server.stop()
        while (word := manager.recv(100)) == b"WATCHDOG=1":
            pass
        assert word == b"STOPPING=1"
    manager.close()


async def test_an_upgrade_drops_no_attempt_to_connect():
    """The old server ends and a new one begins on the same socket while people come and go."""
    listener, port = opened()
    admin, admin_port = opened()
    sockets = {"sockets": [listener, admin], "names": ["chat", "admin"]}
    with Managed(**sockets, drain="1s") as old:
        assert (old.port, old.admin_port) == (port, admin_port)
        anna = await register(old, "anna")
        answers, over = [], asyncio.Event()

        async def comes_and_goes():
            while not over.is_set():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
                answers.append((await reader.read())[:12])
                writer.close()

        people = [asyncio.create_task(comes_and_goes()) for _ in range(8)]
        while len(answers) < 50:
            await asyncio.sleep(0.01)
        new = Managed(**sockets, database=old.database)
        await asyncio.to_thread(old.stop)
        before = len(answers)
        await asyncio.to_thread(new.start)
        try:
            while len(answers) < before + 100:
                await asyncio.sleep(0.01)
            over.set()
            await asyncio.gather(*people)
            assert set(answers) == {b"HTTP/1.1 200"}, set(answers)
            anna.server = new
            await login(new, anna.username)
        finally:
            new.stop()
    listener.close()
    admin.close()


@pytest.mark.parametrize("place", ["listen", "admin-listen"])
async def test_a_unix_socket_is_a_way_in(place, tmp_path, new_server):
    path = tmp_path / "chat.sock"
    server = Server(**{place: f"unix:{path}?mode=0600"})
    command = server._command
    without = {"listen": "--listen", "admin-listen": "--admin-listen"}[place]

    def only_the_file():
        words = command()
        at = words.index(without)
        return words[:at] + words[at + 2 :] if place == "admin-listen" else words

    server._command = only_the_file
    with server:
        assert path.stat().st_mode & 0o777 == 0o600
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
        assert f"listening on unix:{path}" in server.log()
        server.stop()
        assert not path.exists()
