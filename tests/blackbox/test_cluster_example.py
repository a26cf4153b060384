"""`examples/cluster`: three nodes behind haproxy, as people are shown."""

import os
import pathlib
import re
import signal
import subprocess
import urllib.request

import pytest
import yaml

from harness.postgres import free_port
from harness.server import ROOT, binary

CLUSTER = ROOT / "examples" / "cluster"
pytestmark = pytest.mark.database


def settings():
    return set(re.findall(r"--([a-z-]+)", subprocess.run([binary(), "--help"], capture_output=True, text=True).stdout))


def test_run_starts_three_nodes_and_ends_them(request):
    if request.config.getoption("--database") != "postgres":
        pytest.skip("it starts a Postgres")
    port = free_tens()
    given = os.environ | {"CHAT_SERVER": str(pathlib.Path(binary()).resolve()), "PORT": str(port)}
    with subprocess.Popen([CLUSTER / "run"], env=given, stdout=subprocess.PIPE, text=True) as running:
        shown = [running.stdout.readline() for _ in range(4)]
        assert f"http://127.0.0.1:{port}" in shown[0], shown
        operators = re.search(r"for operators (http://\S+)", shown[1])[1]
        with urllib.request.urlopen(f"{operators}/admin/api/nodes", timeout=30) as answer:
            assert answer.read().count(b'"version"') == 3
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0


def free_tens():
    """Thirty ports that nobody has, as far as one can tell: beginning with a round number."""
    return free_port() // 100 * 100


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
