"""The examples run, and do what they say."""

import os
import pathlib
import re
import subprocess
import urllib.request

from harness.server import ROOT


def test_compose_serves_the_chat_and_a_route_of_its_own(tmp_path):
    program = example("compose")
    with subprocess.Popen(
        [program, f"sqlite:{tmp_path}/mine.db"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        address = re.search(r"http://\S+", running.stdout.readline())[0]
        with urllib.request.urlopen(f"{address}/greeting", timeout=10) as answer:
            assert answer.read() == b"a route of mine"
        register = urllib.request.Request(
            f"{address}/api/auth/register",
            data=b'{"username": "anna", "password": "correct horse"}',
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(register, timeout=60) as answer:
            assert answer.status == 201
        running.stdin.close()
        assert running.wait(20) == 0


def example(name):
    """The program of an example, built now if it is not."""
    subprocess.run(["cargo", "build", "-q", "-p", "chat-server", "--example", name], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return str(target / "debug" / "examples" / name)
