"""A private Postgres cluster in a temporary directory, on a free port, run by an unprivileged user."""

import contextlib
import glob
import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time


class Cluster:
    def __init__(self, where=None):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="chat-postgres-", dir=where))
        # initdb refuses to run as root, so then Debian's own user owns the directory.
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.port = free_port()
        self.numbers = itertools.count(1)

    def __enter__(self):
        if self.as_user:
            shutil.chown(self.home, "postgres", "postgres")
        self._run("initdb", "-D", self.home / "data", "-U", "chat", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()
        return self

    def __exit__(self, *_):
        if is_running(self.pid):
            self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self):
        options = f"-p {self.port} -k {self.home} -c listen_addresses=127.0.0.1 -c max_connections=200"
        log = self.home / "log"
        self._run("pg_ctl", "-D", self.home / "data", "-o", options, "-l", log, "-w", "-t", "60", "start")
        self.pid = int((self.home / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self, mode="immediate"):
        self._run("pg_ctl", "-D", self.home / "data", "-m", mode, "-w", "stop")

    def kill(self):
        """Kills all of its processes at once, without syncing anything."""
        children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        everybody = [self.pid, *map(int, children)]
        for process in everybody:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(is_running(process) for process in everybody):
            time.sleep(0.01)

    def boot(self):
        """Starts again after `kill`, as on a machine that was restarted too: stale process ids are gone."""
        for stale in [self.home / "data" / "postmaster.pid", *self.home.glob(".s.PGSQL.*")]:
            stale.unlink(missing_ok=True)
        self.start()

    def back_up(self):
        self.stop("fast")
        self._run("cp", "-a", self.home / "data", self.home / "backup")
        self.start()

    def put_back(self):
        """Replaces everything by the backup."""
        self.stop()
        shutil.rmtree(self.home / "data")
        self._run("cp", "-a", self.home / "backup", self.home / "data")
        self.start()

    def database(self):
        """Creates a database; returns its address."""
        name = f"chat{next(self.numbers)}"
        self._run("createdb", "-h", self.home, "-p", str(self.port), "-U", "chat", name)
        return self.address(name)

    def address(self, name):
        return f"postgres://chat@127.0.0.1:{self.port}/{name}"

    def ask(self, sql, name="chat1"):
        """Returns what the database answers to a query."""
        command = ["psql", "-h", str(self.home), "-p", str(self.port), "-U", "chat", "-d", name, "-Atc", sql]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    def _run(self, program, *arguments):
        beside = bin_directory() / program
        command = [*self.as_user, beside if beside.exists() else program, *arguments]
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            # Files instead of pipes: the server would inherit a pipe and hold it open.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            log = self.home / "log"
            raise AssertionError(f"{program} failed: {log.read_text() if log.exists() else done.returncode}")


def is_running(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"
    except OSError:
        return False


def bin_directory():
    """Returns the directory of the newest version's programs; Debian keeps them outside of PATH."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    initdb = found[-1] if found else shutil.which("initdb")
    if not initdb:
        raise AssertionError("Postgres is not installed: run tests/install")
    return pathlib.Path(initdb).parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
