"""Everything moves out of a database and into another one of either kind, as it was."""

import asyncio
import json
import pathlib
import re
import subprocess

import pytest

from harness.http import call
from harness.people import PASSWORD, direct, group, login, register_many
from harness.server import ROOT, Server, binary

pytestmark = pytest.mark.database


def run(database, *words, given=None):
    command = [binary(), *words, "--database", database]
    return subprocess.run(command, input=given, capture_output=True, timeout=300)


def good(done):
    assert done.returncode == 0, done.stderr.decode()
    return done


async def evening(server):
    """People who say, edit, delete, like and read something; one of them has said it twice."""
    anna, boris, carla = await register_many(server, 3)
    chat, other = await group(anna, boris, carla, title="Чай"), await direct(anna, boris)
    at = f"/api/chats/{chat.id}/messages"
    said = [
        (await anna.call("POST", at, {"content": f"{n} \u001f\u001e \u2028 'ё'"}, expect=200)).data["id"]
        for n in range(20)
    ]
    await anna.call("PATCH", f"{at}/{said[0]}", {"content": "edited"}, expect=200)
    await anna.call("DELETE", f"{at}/{said[1]}", expect=200)
    await boris.call("PUT", f"{at}/{said[2]}/like", expect=200)
    await boris.call("PUT", f"{at}/{said[3]}/reactions/👍", expect=200)
    await boris.call("POST", f"/api/chats/{chat.id}/read", {"message_id": said[10]}, expect=200)
    await boris.call("POST", f"/api/chats/{other.id}/messages", {"content": "once", "client_id": "c-1"}, expect=200)
    await anna.call("DELETE", f"/api/chats/{chat.id}/members/{carla.id}", expect=200)
    return anna, boris, chat, other


async def shown(server, username, *paths):
    user = await login(server, username)
    return [(await user.call("GET", path, expect=200)).data for path in paths]


async def test_what_was_said_is_there_after_moving_to_the_other_kind_and_back(new_server, new_database, tmp_path):
    server = new_server()
    anna, boris, chat, other = await evening(server)
    paths = [f"/api/chats/{chat.id}/messages", f"/api/chats/{other.id}/messages", f"/api/chats/{chat.id}/members"]
    before = [await shown(server, user.username, *paths) for user in (anna, boris)]
    # While the server runs.
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    good(await asyncio.to_thread(run, server.database, "export", str(first)))
    again = await asyncio.to_thread(run, server.database, "export", str(first))
    assert again.returncode == 1 and b"there already" in again.stderr
    busy = await asyncio.to_thread(run, server.database, "import", str(first))
    assert busy.returncode == 1 and (b"in use" in busy.stderr or b"already" in busy.stderr)
    there, back = new_database() or f"sqlite:{tmp_path}/there.db", f"sqlite:{tmp_path}/back.db"
    good(run(there, "import", str(first)))
    good(run(there, "export", str(second)))
    good(run(back, "import", "-", given=second.read_bytes()))
    third.write_bytes(good(run(back, "export", "-")).stdout)
    assert first.read_bytes() == second.read_bytes() == third.read_bytes()
    assert first.stat().st_mode & 0o077 == 0
    for database in (there, back):
        with Server(database) as moved:
            assert [await shown(moved, user.username, *paths) for user in (anna, boris)] == before
            user = await login(moved, boris.username)
            at = f"/api/chats/{other.id}/messages"
            once = await user.call("POST", at, {"content": "once", "client_id": "c-1"}, expect=200)
            assert once.data["id"] == before[1][1][-1]["id"], "it was said before"
            new = await user.call("POST", at, {"content": "new"}, expect=200)
            assert new.data["id"] > max(message["id"] for message in before[0][0])
            body = {"username": "dora", "password": PASSWORD}
            dora = (await call(moved, "POST", "/api/auth/register", body, expect=201)).body["user"]
            assert dora["id"] > boris.id


async def test_a_backup_is_put_back_into_either_kind(new_server, new_database, tmp_path):
    server = new_server()
    anna, _, chat, _ = await evening(server)
    at = f"/api/chats/{chat.id}/messages"
    before = await shown(server, anna.username, at)
    copy = tmp_path / "copy"
    good(await asyncio.to_thread(run, server.database, "backup", str(copy)))
    assert copy.stat().st_mode & 0o077 == 0
    await anna.call("POST", at, {"content": "after the backup"}, expect=200)
    busy = await asyncio.to_thread(run, server.database, "restore", str(copy))
    assert busy.returncode == 1 and (b"in use" in busy.stderr or b"already" in busy.stderr), busy.stderr
    # A file that is in use by nobody, and holds something else, is exchanged.
    beside = f"sqlite:{tmp_path}/beside.db"
    good(run(beside, "user", "add", "somebody"))
    kept = re.search(rb"there before is (\S+):", good(run(beside, "restore", str(copy))).stderr)[1].decode()
    assert b"somebody" in good(run(f"sqlite:{kept}", "user", "list")).stdout
    # A database of the same kind that is empty, one of SQLite from an archive, and a copy of SQLite into what there is.
    archive, again = tmp_path / "archive", tmp_path / "again"
    good(run(beside, "export", str(archive)))
    good(run(beside, "backup", str(again)))
    places = [new_database() or f"sqlite:{tmp_path}/new.db" for _ in range(2)] + [beside]
    for place, file in zip(places, (copy, again, archive), strict=True):
        good(run(place, "restore", str(file)))
        with Server(place) as restored:
            assert await shown(restored, anna.username, at) == before
    left = {path.name for path in tmp_path.iterdir() if "imported" in path.name or "restoring" in path.name}
    assert not left


def test_what_is_no_archive_is_refused_and_says_where(tmp_path):
    database = f"sqlite:{tmp_path}/chat.db"
    good(run(database, "user", "add", "anna"))
    archive = good(run(database, "export", "-")).stdout
    lines = archive.splitlines(keepends=True)
    assert json.loads(lines[0]) == {"archive": {"version": 1}}
    taken = run(database, "import", "-", given=archive)
    assert taken.returncode == 1 and b"empty one" in taken.stderr
    newer = json.dumps({"archive": {"version": 2}}).encode() + b"\n"
    for n, (given, said) in enumerate(
        [
            (b"".join(lines[:-1]), b"the end of the file is missing"),
            (b"".join(lines[1:]), b"no archive"),
            (newer, b"newer program"),
            (lines[0] + b"not json\n", b"line 2"),
            (lines[0] + b'{"strangers":{"id":1}}\n{"end":{"rows":1}}\n', b"no table"),
            (lines[0] + b'{"users":{"wings":1}}\n{"end":{"rows":1}}\n', b"no `wings`"),
            (lines[0] + lines[1] * 2 + b'{"end":{"rows":2}}\n', b""),
        ]
    ):
        done = run(f"sqlite:{tmp_path}/{n}.db", "import", "-", given=given)
        assert done.returncode == 1 and said in done.stderr, done.stderr


@pytest.mark.parametrize(
    "chapter, made",
    [
        ("data", {"chat.jsonl", "other.db", "copy.db", "chat.db.before-restore-1"}),
        ("upgrading", {"before.db"}),
    ],
)
def test_the_commands_of_the_chapter(tmp_path, chapter, made):
    page = ROOT / "crates" / "chat-server" / "book" / "src" / f"{chapter}.md"
    (script,) = re.findall(r"^```sh\n(.*?)^```$", page.read_text(), re.M | re.S)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "chat-server").symlink_to(pathlib.Path(binary()).resolve())
    given = {"PATH": f"{tools}:/usr/bin:/bin"}
    if chapter == "upgrading":
        good(run(f"sqlite:{tmp_path}/chat.db", "user", "add", "somebody"))
    done = subprocess.run(
        ["bash", "-euc", script], env=given, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert made <= {path.name for path in tmp_path.iterdir()}
