"""`examples/cluster`: three nodes behind haproxy, as people are shown."""

import contextlib
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time
import urllib.request

import pytest
import yaml

from harness.server import ROOT, binary

CLUSTER = ROOT / "examples" / "cluster"
pytestmark = pytest.mark.database


def settings():
    return set(re.findall(r"--([a-z-]+)", subprocess.run([binary(), "--help"], capture_output=True, text=True).stdout))


def test_run_starts_three_nodes_and_ends_them(on_postgres):
    port = free_tens()
    given = os.environ | {"CHAT_SERVER": str(pathlib.Path(binary()).resolve()), "PORT": str(port)}
    running = subprocess.Popen([CLUSTER / "run"], env=given, stdout=subprocess.PIPE, text=True)
    try:
        shown = [running.stdout.readline() for _ in range(4)]
        assert f"http://127.0.0.1:{port}" in shown[0], shown
        operators = re.search(r"for operators (http://\S+)", shown[1])[1]
        # They are ready before they have heard of each other.
        until = time.monotonic() + 60
        while (there := nodes(operators)).count(b'"version"') != 3:
            assert time.monotonic() < until, there
            time.sleep(0.2)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    finally:
        # What is ended does not mind.
        running.terminate()
        running.wait(60)


def nodes(operators):
    with urllib.request.urlopen(f"{operators}/admin/api/nodes", timeout=30) as answer:
        return answer.read()


def free_tens():
    """The first of thirty ports that nobody has: a round number, below those that the system gives to whoever connects."""
    for first in random.sample(range(12_000, 32_000, 100), 50):
        with contextlib.suppress(OSError), contextlib.ExitStack() as held:
            for port in range(first, first + 30):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
    raise AssertionError("there are not thirty free ports in a row")


def test_the_settings_of_the_compose_file_are_there():
    compose = yaml.safe_load((CLUSTER / "compose.yaml").read_text())
    nodes = [compose["services"][name] for name in ("one", "two", "three")]
    for node in nodes:
        names = {name.removeprefix("CHAT_").lower().replace("_", "-") for name in node["environment"]}
        assert names <= settings() and "node-address" in names
    assert len({node["environment"]["CHAT_NODE_ADDRESS"] for node in nodes}) == 3


def test_the_unit_names_settings_that_there_are():
    unit = (CLUSTER / "chat@.service").read_text()
    names = {name.lower().replace("_", "-") for name in re.findall(r"CHAT_([A-Z_]+)", unit)}
    assert names and names <= settings()
