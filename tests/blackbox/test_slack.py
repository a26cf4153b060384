"""What Slack exports comes in as it was said: people, conversations, threads, reactions, times."""

import io
import json
import subprocess
import zipfile

import pytest

from harness.http import call
from harness.server import Server, binary

pytestmark = pytest.mark.database

PEOPLE = [
    {
        "id": "U1",
        "name": "anna",
        "profile": {"real_name": "Anna Smith", "display_name": "", "image_192": "https://a.example/1.png"},
    },
    {"id": "U2", "name": "boris", "profile": {"real_name": "Boris", "display_name": "bo"}},
    {
        "id": "U3",
        "name": "carla",
        "deleted": True,
        "profile": {"real_name": "javascript:", "image_192": "javascript:1"},
    },
    {"id": "U4", "name": "Anna", "profile": None},
]
TEA = {"id": "C1", "name": "tea", "created": 1_600_000_000, "creator": "U1", "members": ["U1", "U2"]}
PAIR = {"id": "D1", "created": 1_600_000_000, "members": ["U1", "U2"]}
FIRST = [
    {"type": "message", "subtype": "channel_join", "user": "U1", "text": "joined", "ts": "1600000001.000000"},
    {
        "type": "message",
        "user": "U1",
        "text": "<@U2> look: <https://tea.example|tea> :tea: &amp; <!channel>",
        "ts": "1600000002.000100",
        "thread_ts": "1600000002.000100",
        "reactions": [{"name": "+1", "users": ["U2", "U3"], "count": 2}, {"name": "party_parrot", "users": ["U2"]}],
    },
    {"type": "message", "user": "U2", "text": "yes", "ts": "1600000003.5", "thread_ts": "1600000002.000100"},
]
SECOND = [
    {
        "type": "message",
        "user": "U3",
        "text": "",
        "ts": "1600100001.0",
        "files": [{"title": "plan.pdf", "permalink": "https://f.example/1"}],
    },
    {"type": "message", "subtype": "bot_message", "username": "The Builder!", "text": "built", "ts": "1600100000.0"},
    {"type": "message", "user": "U1", "text": "long " * 5_000, "ts": "1600100002.0"},
]


def export(**others):
    files = {
        "users.json": PEOPLE,
        "channels.json": [TEA],
        "dms.json": [PAIR],
        "tea/2020-09-13.json": FIRST,
        "tea/2020-09-14.json": SECOND,
        "D1/2020-09-13.json": [{"type": "message", "user": "U2", "text": "just us", "ts": "1600000009.0"}],
    } | others
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return made.getvalue()


def run(database, *words, given=None):
    return subprocess.run([binary(), *words, "--database", database], input=given, capture_output=True, timeout=120)


async def test_a_workspace_is_there_as_it_was(new_database, tmp_path):
    database = new_database() or f"sqlite:{tmp_path}/chat.db"
    file = tmp_path / "export.zip"
    file.write_bytes(export())
    done = run(database, "import", "--from", "slack", str(file))
    assert done.returncode == 0, done.stderr
    assert b"has a password yet" in done.stderr
    again = run(database, "import", "--from", "slack", str(file))
    assert again.returncode == 1 and b"empty one" in again.stderr
    listed = run(database, "user", "list").stdout.decode().splitlines()
    names = {row.split("\t")[1]: row.split("\t")[2] for row in listed}
    assert names["anna"] == "Anna Smith" and names["boris"] == "bo" and "Anna-2" in names and "The_Builder_" in names
    for who in ("anna", "boris"):
        made = run(database, "user", "password", who, "--password-stdin", given=b"correct horse\n")
        assert made.returncode == 0, made.stderr
    with Server(database) as server:
        tokens = []
        for who in ("anna", "boris"):
            body = {"username": who, "password": "correct horse"}
            tokens.append((await call(server, "POST", "/api/auth/login", body, expect=200)).body["access_token"])
        anna, boris = ({"Authorization": f"Bearer {token}"} for token in tokens)
        chats = (await call(server, "GET", "/api/chats", headers=boris, expect=200)).body["data"]
        assert [(chat["type"], chat["title"], chat["unread_count"]) for chat in chats] == [
            ("group", "tea", 0),
            ("direct", None, 0),
        ]
        tea, pair = (chat["id"] for chat in chats)
        path = f"/api/chats/{tea}/messages?features=all"
        said = (await call(server, "GET", path, headers=anna, expect=200)).body["data"]
        assert [(message["user"]["name"], message["content"][:40]) for message in said[:4]] == [
            ("Anna Smith", "@boris look: tea (https://tea.example) 🍵"),
            ("bo", "yes"),
            ("The Builder!", "built"),
            (said[3]["user"]["name"], "plan.pdf (https://f.example/1)"),
        ]
        assert (
            said[0]["content"].endswith("& @channel")
            and "".join(part["content"] for part in said[4:]) == "long " * 5_000
        )
        assert [message["created_at"] for message in said[:2]] == [
            "2020-09-13T12:26:42.000100Z",
            "2020-09-13T12:26:43.500000Z",
        ]
        assert said[1]["reply_to"]["id"] == said[0]["id"]
        reactions = {reaction["emoji"]: reaction["count"] for reaction in said[0]["reactions"]}
        assert reactions == {"👍": 2, ":party_parrot:": 1}
        members = (await call(server, "GET", f"/api/chats/{tea}/members", headers=anna, expect=200)).body["data"]
        assert {member["username"] for member in members} == {"anna", "boris"}, "who has left is not there"
        notes = await call(server, "GET", "/api/notifications?unread=true", headers=boris)
        assert notes.status == 404 or not notes.body["data"]
        direct = (await call(server, "GET", f"/api/chats/{pair}/messages", headers=anna, expect=200)).body["data"]
        assert [message["content"] for message in direct] == ["just us"]


def test_what_is_no_export_is_refused_with_the_file_that_is_wrong(tmp_path):
    for name, given, problem in [
        ("text", b"no archive", b"cannot read"),
        ("other", export(**{"users.json": b"{}"}), b"users.json: "),
        ("day", export(**{"tea/2020-09-14.json": b'[{"type": 7}]'}), b"tea/2020-09-14.json: "),
    ]:
        file = tmp_path / name
        file.write_bytes(given)
        done = run(f"sqlite:{tmp_path}/{name}.db", "import", "--from", "slack", str(file))
        assert done.returncode == 1 and problem in done.stderr, done.stderr
