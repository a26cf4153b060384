"""A second Postgres that follows a first one, and may take its place."""

import shutil
import time

from harness.postgres import Cluster, is_running


class Standby(Cluster):
    def __init__(self, primary):
        super().__init__()
        self.primary = primary

    def __enter__(self):
        if self.as_user:
            shutil.chown(self.home, "postgres", "postgres")
        where = ["-h", "127.0.0.1", "-p", self.primary.port, "-U", "chat"]
        self._run("pg_basebackup", *where, "-D", self.home / "data", "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.start()
        return self

    def is_waited_for(self):
        """From here on nothing is acknowledged that is not here, too."""
        self._waits("*")
        deadline = time.monotonic() + 60
        while "sync" not in self.primary.ask("SELECT sync_state FROM pg_stat_replication", "postgres").split():
            assert time.monotonic() < deadline, "the standby does not follow"
            time.sleep(0.02)

    def falls_behind(self):
        """What is said from here on is on the first one alone."""
        self._waits("")
        self.stop("fast")

    def takes_over(self):
        """The first one is gone in an instant."""
        self.primary.kill()
        if not is_running(self.pid):
            self.start()
        self._run("pg_ctl", "-D", self.home / "data", "-w", "-t", "60", "promote")

    def _waits(self, names):
        self.primary.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'", "postgres")
        self.primary.ask("SELECT pg_reload_conf()", "postgres")
