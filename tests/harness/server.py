"""A server process: started on a free port, killed by its id, and started again on the same port and database."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
READY_WITHIN = 60


def binary():
    """Returns `CHAT_SERVER`, or what cargo built last: release before debug."""
    if named := os.environ.get("CHAT_SERVER"):
        return named
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    for profile in ("release", "debug"):
        if (path := target / profile / "chat-server").exists():
            return str(path)
    raise FileNotFoundError("no chat-server: run `cargo build --release -p chat-server` first")


class Addressed:
    """Anything that listens on `port` of this machine."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self):
        return f"ws://127.0.0.1:{self.port}"


class Server(Addressed):
    """Runs until `stop` or `kill`; `start` after that goes on with the same database, port and flags."""

    # Tests must not meet limits that they do not test.
    DEFAULTS = {"rate-messages": "1000000", "rate-logins": "1000000", "rate-address": "1000000"}
    DEFAULTS |= {"max-waiting-logins": "100000", "rate-changes": "1000000", "rate-replays": "1000000000"}

    def __init__(self, database=None, before=None, **flags):
        # A function that runs in the new process before the server.
        self.before = before
        self.home = tempfile.TemporaryDirectory(prefix="chat-test-")
        self.database = database or f"sqlite:{self.home.name}/chat.db"
        self.flags = self.DEFAULTS | {name.replace("_", "-"): value for name, value in flags.items()}
        self.port = 0
        self.admin_port = 0
        self.ports = []
        self.process = None
        self.log_path = pathlib.Path(self.home.name, "log")

    def start(self):
        began_at = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home.name,
                preexec_fn=self.before,
                # Without the default handling of signals, exceeding a file size limit is an error instead of a signal.
                restore_signals=self.before is None,
            )
        self._wait(lambda: self._read_addresses(began_at) and self._healthy())
        return self

    def _command(self):
        command = [binary(), "--listen", f"127.0.0.1:{self.port}", "--database", self.database]
        command += ["--admin-listen", f"127.0.0.1:{self.admin_port}"]
        for name, value in self.flags.items():
            for one in value if isinstance(value, (list, tuple)) else [value]:
                # A switch has no value.
                command += [f"--{name}"] if one is True else [f"--{name}", str(one)]
        return command

    def _read_addresses(self, began_at):
        text = self.log_path.read_bytes()[began_at:].decode(errors="replace")
        lines = [line for line in text.splitlines() if "listening on http://" in line]
        # Lines with an admin address say so. The others are for clients; the first one is the main address.
        self.ports = [port_in(line) for line in lines if "admin" not in line]
        self.admin_port = next((port_in(line) for line in lines if "admin" in line), self.admin_port)
        self.port = self.port or next(iter(self.ports), 0)
        return self.ports

    def _healthy(self):
        try:
            return urllib.request.urlopen(f"{self.url}/healthz", timeout=5).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _wait(self, ready):
        deadline = time.monotonic() + READY_WITHIN
        while not ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()}")
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server is not ready after {READY_WITHIN} s:\n{self.log()}")
            time.sleep(0.02)

    @property
    def admin_url(self):
        return f"http://127.0.0.1:{self.admin_port}"

    def log(self):
        return self.log_path.read_text(errors="replace")

    def memory(self):
        """Returns the resident memory in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def kill(self):
        self._end(signal.SIGKILL)

    def stop(self):
        self._end(signal.SIGTERM)

    def _end(self, how):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the server did not end within 30 s of SIGTERM") from None

    def restart(self):
        self.kill()
        return self.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()
        self.home.cleanup()


def port_in(line):
    return int(re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)[1])
