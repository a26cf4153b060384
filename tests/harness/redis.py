"""Private Redis servers on free ports, which store nothing: one alone, one that sentinels watch, or a cluster."""

import contextlib
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from harness.postgres import free_port

NOTHING_KEPT = ["--save", "", "--appendonly", "no"]
# Against hanging alone.
PATIENCE = 120


class Redis:
    def __init__(self, *options):
        self.port = free_port()
        self.options = [*options, "--port", str(self.port), "--bind", "127.0.0.1"]
        self.home = tempfile.TemporaryDirectory(prefix="chat-redis-")
        self.process = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"redis://{self.address}"

    def start(self):
        command = [
            installed("redis-server"),
            *(self.options if "--sentinel" in self.options else self.options + NOTHING_KEPT),
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=self.home.name
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, "Redis did not start"
                time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def command(self, *words):
        """Sends a command on a connection of its own; returns the first line of the answer."""
        return self.answer(*words).split("\r\n")[0]

    def answer(self, *words):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(" ".join(words).encode() + b"\r\n")
            return connection.recv(65536).decode()

    def until(self, word, *words):
        """Asks until this is in the answer."""
        deadline = time.monotonic() + PATIENCE
        while word not in self.answer(*words):
            assert time.monotonic() < deadline, f"no {word} in {self.answer(*words)}"
            time.sleep(0.05)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.kill()
        self.home.cleanup()


@contextlib.contextmanager
def watched():
    """A server, its copy, and a sentinel that puts the copy in its place once it is gone; the server first."""
    with contextlib.ExitStack() as running:
        first = running.enter_context(Redis())
        copy = running.enter_context(
            Redis("--replicaof", "127.0.0.1", str(first.port), "--repl-diskless-sync-delay", "0")
        )
        copy.until("master_link_status:up", "INFO", "replication")
        settings = pathlib.Path(running.enter_context(tempfile.TemporaryDirectory()), "sentinel.conf")
        settings.write_text(
            f"sentinel monitor chat 127.0.0.1 {first.port} 1\n"
            "sentinel down-after-milliseconds chat 1000\nsentinel failover-timeout chat 3000\n"
        )
        sentinel = running.enter_context(Redis(str(settings), "--sentinel"))
        sentinel.until(str(copy.port), "SENTINEL", "replicas", "chat")
        yield first, sentinel


@contextlib.contextmanager
def cluster(count=3):
    """Servers that are a Redis Cluster."""
    with contextlib.ExitStack() as running:
        servers = []
        for _ in range(count):
            port = str(free_port())
            server = Redis("--cluster-enabled", "yes", "--cluster-port", port, "--cluster-require-full-coverage", "no")
            servers.append(running.enter_context(server))
        command = [installed("redis-cli"), "--cluster", "create", *(server.address for server in servers)]
        subprocess.run([*command, "--cluster-yes"], check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)
        for server in servers:
            server.until("cluster_state:ok", "CLUSTER", "INFO")
        yield servers


def installed(program):
    found = shutil.which(program)
    if found is None:
        raise AssertionError(f"{program} is not installed: run tests/install")
    return found
