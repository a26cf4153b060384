"""The examples run, and do what they say."""

import json
import os
import pathlib
import re
import subprocess
import urllib.error
import urllib.request

import pytest

from harness.server import ROOT


def test_compose_serves_the_chat_and_a_route_of_its_own(tmp_path):
    program = example("compose")
    with subprocess.Popen(
        [program, f"sqlite:{tmp_path}/mine.db"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        address = re.search(r"http://\S+", running.stdout.readline())[0]
        with urllib.request.urlopen(f"{address}/greeting", timeout=10) as answer:
            assert answer.read() == b"a route of mine"
        says(address, "/api/auth/register", {"username": "anna", "password": "correct horse"})
        running.stdin.close()
        assert running.wait(20) == 0


def test_a_journal_of_ones_own_writes_down_and_rests(tmp_path):
    audit = tmp_path / "audit"
    with subprocess.Popen(
        [example("journal"), f"sqlite:{tmp_path}/mine.db", audit],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        address = re.search(r"http://\S+", running.stdout.readline())[0]
        anna = says(address, "/api/auth/register", {"username": "anna", "password": "correct horse"})
        token = anna["access_token"]
        chat = says(address, "/api/chats", {"type": "group", "title": "tea", "member_ids": []}, token)["data"]["id"]
        say = f"/api/chats/{chat}/messages"
        says(address, say, {"content": "hello"}, token)
        written = [line.split() for line in audit.read_text().splitlines()]
        assert [(int(who), what) for _, who, what in written] == [
            (anna["user"]["id"], "CreateGroup"),
            (anna["user"]["id"], "Send"),
        ]
        for word, is_refused in [("rest", True), ("work", False)]:
            running.stdin.write(word + "\n")
            running.stdin.flush()
            assert running.stdout.readline() == "so be it\n"
            if is_refused:
                with pytest.raises(urllib.error.HTTPError) as refused:
                    says(address, say, {"content": "now?"}, token)
                assert refused.value.code == 503
            else:
                says(address, say, {"content": "now"}, token)
        running.stdin.close()
        assert running.wait(20) == 0


def says(address, path, body, token=None):
    """The answer to a POST."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(address + path, data=json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def example(name):
    """The program of an example, built now if it is not."""
    subprocess.run(["cargo", "build", "-q", "-p", "chat-server", "--example", name], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return str(target / "debug" / "examples" / name)
