"""Starting: what is left on the disk, what is refused, and in which words."""

import os
import pathlib
import re
import socket
import stat
import subprocess

import pytest

from harness.http import call
from harness.server import ROOT, Server, binary

KEY = "a-key-of-thirty-two-bytes-or-more"


def refused(directory, *words, **variables):
    """What a server that does not start says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHAT_")} | variables
    words = [binary(), "--listen", "127.0.0.1:0", *words]
    words += [] if "--admin-listen" in words else ["--admin-listen", "127.0.0.1:0"]
    ended = subprocess.run(words, capture_output=True, cwd=directory, env=environment, text=True, timeout=60)
    assert ended.returncode != 0, ended.stderr
    return ended.stderr


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


async def token_of(server, name, **more):
    body = {"username": name, "password": "correct horse", **more}
    return (await call(server, "POST", "/api/auth/register", body, expect=201)).body["access_token"]


# A database, what its engine puts beside it, its lock and its secret, and the index of its words.
BESIDE = ("", "-wal", "-shm", ".lock", ".secret", ".search", ".search-wal", ".search-shm")


async def test_what_is_on_the_disk_is_for_its_owner_alone():
    before = os.umask(0o022)
    try:
        with Server() as server:
            await token_of(server, "anna")
            files = [path for path in pathlib.Path(server.home.name).iterdir() if path.name != "log"]
            assert {path.name for path in files} == {f"chat.db{end}" for end in BESIDE}
            assert {path.name: oct(mode(path)) for path in files if mode(path) != 0o600} == {}
    finally:
        os.umask(before)


async def test_a_database_that_others_may_read_stays_as_it_is_and_is_warned_about():
    with Server() as server:
        server.stop()
        path = pathlib.Path(server.home.name, "chat.db")
        path.chmod(0o640)
        server.start()
        assert mode(path) == 0o640
        assert "chmod 600" in server.log()


def test_git_ignores_what_the_server_leaves_behind():
    names = [f"chat.db{end}" for end in BESIDE] + ["chat-server.secret"]
    for name in names:
        assert subprocess.run(["git", "check-ignore", "-q", "--no-index", name], cwd=ROOT).returncode == 0, name


@pytest.mark.parametrize("address", ["sqlite://x.db", "sqlite:x.db", "x.db"])
def test_the_secret_is_beside_the_file(address):
    with Server(address) as server:
        assert mode(pathlib.Path(server.home.name, "x.db.secret")) == 0o600


async def test_secrets_come_from_files(tmp_path):
    old, new = "old-secret-" + "o" * 32, "new-secret-" + "n" * 32
    (tmp_path / "jwt").write_text(f"{old}\n")
    (tmp_path / "keys").write_text(f"\n{KEY}\n{KEY}-2\n")
    with Server(jwt_secret_file=tmp_path / "jwt", api_key_file=tmp_path / "keys") as server:
        token = await token_of(server, "anna")
        for key in (KEY, f"{KEY}-2"):
            headers = {"X-Api-Key": key}
            await call(server, "POST", "/api/v2/server/chats", {}, headers=headers, expect=422)
        assert not pathlib.Path(server.home.name, "chat.db.secret").exists()
        server.stop()
        (tmp_path / "jwt").write_text(f"{new}\n{old}\n")
        server.start()
        await call(server, "GET", "/api/auth/me", token=token, expect=200)
        server.stop()
        (tmp_path / "jwt").write_text(f"{new}\n")
        server.start()
        await call(server, "GET", "/api/auth/me", token=token, expect=401)


def test_short_and_missing_secrets_are_refused_and_not_shown(tmp_path):
    (tmp_path / "short").write_text("hunter2hunter2\n")
    (tmp_path / "empty").write_text("\n")
    for words in (
        ["--jwt-secret", "hunter2hunter2hunter2"],
        ["--jwt-secret-file", "short"],
        ["--jwt-secret-file", "empty"],
        ["--jwt-secret-file", "nowhere"],
        ["--api-key", "hunter2"],
        ["--api-key-file", "short"],
        ["--api-key-file", "empty"],
    ):
        said = refused(tmp_path, *words)
        assert "hunter2" not in said, said
        assert re.search("at least (16|32) bytes|holds no|is empty|cannot read", said), said
    assert {path.name for path in tmp_path.iterdir()} == {"short", "empty"}


def test_a_start_that_fails_leaves_no_secret_behind(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        address = f"127.0.0.1:{busy.getsockname()[1]}"
        said = refused(tmp_path, "--listen", address)
        assert address in said and "--listen" in said, said
        said = refused(tmp_path, "--admin-listen", address)
        assert address in said and "--admin-listen" in said, said
    (tmp_path / "not.db").write_text("something else, " * 100)
    said = refused(tmp_path, "--database", "not.db")
    assert "not an SQLite database" in said, said
    assert not list(tmp_path.glob("*.secret"))


def test_a_host_may_be_named():
    with Server(listen="localhost:0") as server:
        assert server.ports


async def test_an_empty_variable_opens_nothing(monkeypatch):
    for name in ("CHAT_API_KEY", "CHAT_ALLOWED_ORIGIN", "CHAT_JWT_SECRET", "CHAT_CONFIG"):
        monkeypatch.setenv(name, "")
    with Server() as server:
        await call(server, "POST", "/api/v2/server/chats", {}, expect=404)


def test_a_variable_that_is_none_is_warned_about(monkeypatch):
    monkeypatch.setenv("CHAT_DATABSE", "x.db")
    with Server() as server:
        assert "CHAT_DATABSE is no setting; is CHAT_DATABASE meant?" in server.log()
