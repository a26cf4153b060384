"""Another server's database moves in by the queries that the book shows, with its numbers, and clients go on where they were."""

import json
import sqlite3
import subprocess

import pytest

from blackbox.test_book import BOOK, FENCE
from harness import ids
from harness.http import call
from harness.server import Server, binary

pytestmark = pytest.mark.database

SHOP = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, avatar TEXT);
CREATE TABLE chats (id INTEGER PRIMARY KEY, type TEXT, title TEXT, created_at TEXT);
CREATE TABLE chat_user (id INTEGER PRIMARY KEY, chat_id INTEGER, user_id INTEGER, last_read_message_id INTEGER);
CREATE TABLE messages (id INTEGER PRIMARY KEY, chat_id INTEGER, user_id INTEGER, content TEXT, created_at TEXT, updated_at TEXT,
    deleted_at TEXT);
CREATE TABLE likes (id INTEGER PRIMARY KEY, message_id INTEGER, user_id INTEGER);
INSERT INTO users VALUES (7, 'Anna Smith', NULL), (9, 'Борис', 'https://a.example/9.png'), (12, 'Anna Smith', ''), (40, '', NULL);
INSERT INTO chats VALUES (3, 'group', 'Чай', '2024-05-01 09:00:00'), (8, 'direct', NULL, '2024-05-02 09:00:00');
INSERT INTO chat_user VALUES (1, 3, 9, 1041), (2, 3, 7, NULL), (3, 8, 7, 1050), (4, 8, 12, 1050);
INSERT INTO messages VALUES
    (1040, 3, 7, 'first', '2024-05-01 10:00:00', '2024-05-01 10:00:00', NULL),
    (1041, 3, 9, 'second "quoted"', '2024-05-01 10:01:00', '2024-05-01 10:05:00', NULL),
    (1042, 3, 9, 'gone', '2024-05-01 10:02:00', '2024-05-01 10:02:00', '2024-05-01 10:03:00'),
    (1045, 8, 12, 'only us', '2024-05-02 10:00:00', '2024-05-02 10:00:00', NULL),
    (1050, 3, 40, 'I was here', '2024-05-03 10:00:00.25', '2024-05-03 10:00:00.25', NULL),
    (1051, 3, 9, 'third', '2024-05-03 11:00:00', '2024-05-03 11:00:00', NULL);
INSERT INTO likes VALUES (1, 1040, 9), (2, 1040, 7);
"""


def shown(kind):
    (query,) = [body for info, body in FENCE.findall((BOOK / "moving.md").read_text()) if info == f"sql {kind}"]
    return [statement for statement in query.split(";") if statement.strip()]


def run(database, *words, given=None):
    return subprocess.run([binary(), *words, "--database", database], input=given, capture_output=True, timeout=300)


def a_shops_rows():
    shop = sqlite3.connect(":memory:")
    shop.executescript(SHOP)
    return [row for statement in shown("laravel") for (row,) in shop.execute(statement)]


def may_log_in(database, *names):
    for name in names:
        made = run(database, "user", "password", name, "--password-stdin", given=b"correct horse\n")
        assert made.returncode == 0, made.stderr


async def user(server, name):
    body = {"username": name, "password": "correct horse"}
    token = (await call(server, "POST", "/api/auth/login", body, expect=200)).body["access_token"]
    return {"Authorization": f"Bearer {token}"}


async def get(server, who, path):
    return (await call(server, "GET", path, headers=who, expect=200)).body["data"]


async def test_a_shop_moves_in_with_its_numbers(new_database, tmp_path):
    database = new_database() or f"sqlite:{tmp_path}/chat.db"
    file = tmp_path / "chat.jsonl"
    file.write_text("\n".join(a_shops_rows()) + "\n")
    done = run(database, "import", "--from", "rows", str(file))
    assert done.returncode == 0, done.stderr
    listed = [row.split("\t") for row in run(database, "user", "list").stdout.decode().splitlines()]
    names = {row[1]: row[2] for row in listed}
    assert names == {"Anna_Smith": "Anna Smith", "Борис": "Борис", "Anna_Smith-2": "Anna Smith", "somebody": "somebody"}
    may_log_in(database, *names)
    with Server(database) as server:
        anna, boris, other = [await user(server, name) for name in ("Anna_Smith", "Борис", "Anna_Smith-2")]
        chats = {chat["id"]: chat for chat in await get(server, anna, "/api/chats")}
        assert {number: (chat["type"], chat["title"], chat["unread_count"]) for number, chat in chats.items()} == {
            3: ("group", "Чай", 3),
            8: ("direct", None, 0),
        }
        said = await get(server, anna, "/api/chats/3/messages?features=all")
        assert [(message["id"], message["user"]["id"], message["content"]) for message in said] == [
            (1040, 7, "first"),
            (1041, 9, 'second "quoted"'),
            (1050, 40, "I was here"),
            (1051, 9, "third"),
        ]
        assert [message["created_at"] for message in said[1:3]] == [
            "2024-05-01T10:01:00.000000Z",
            "2024-05-03T10:00:00.250000Z",
        ]
        answer = await call(server, "GET", f"/api/v1/chats/{ids.uuid(ids.CHAT, 3)}/messages", headers=anna, expect=200)
        assert [message["is_edited"] for message in answer.data] == [False, True, False, False]
        assert said[0]["reactions"] == [{"emoji": "❤️", "count": 2, "mine": True}]
        members = await get(server, anna, "/api/chats/3/members")
        assert {member["id"] for member in members} == {7, 9}, "who is no member any more has left"
        assert [chat["unread_count"] for chat in await get(server, boris, "/api/chats") if chat["id"] == 3] == [1]
        # A client that had seen message 1041 in the old server goes on, and new numbers lie behind the old ones.
        missed = await call(server, "GET", "/api/chats/3/poll?last_message_id=1041", headers=boris, expect=200)
        assert [message["id"] for message in missed.body["data"]] == [1050, 1051]
        sent = await call(server, "POST", "/api/chats/8/messages", {"content": "go on"}, headers=other, expect=200)
        assert sent.body["data"]["id"] == 1052
        assert [message["id"] for message in await get(server, anna, "/api/chats/8/messages")] == [1045, 1052]


async def test_uuids_and_texts_come_from_postgres_too(on_postgres, new_database, tmp_path):
    database = new_database()
    their = new_database()
    command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "-v", "ON_ERROR_STOP=1", their]
    first, second = "0b4e0d2c-91ad-4a3e-8f3b-7a0f5a1c2d3e", "a3c6b6b0-1111-4222-8333-444455556666"
    made = f"""
        CREATE TABLE users (id UUID, username TEXT, full_name TEXT);
        CREATE TABLE rooms (id BIGINT, name TEXT, owner_id UUID, created_at TIMESTAMPTZ);
        CREATE TABLE room_members (room_id BIGINT, user_id UUID);
        CREATE TABLE messages (id BIGINT, room_id BIGINT, sender_id UUID, body TEXT, reply_to BIGINT, client_id TEXT,
            sent_at TIMESTAMPTZ, edited_at TIMESTAMPTZ, is_deleted BOOLEAN);
        INSERT INTO users VALUES ('{first}', 'anna', 'Anna'), ('{second}', 'boris', NULL);
        INSERT INTO rooms VALUES (5, 'tea', '{second}', '2024-05-01 09:00+02');
        INSERT INTO room_members VALUES (5, '{first}'), (5, '{second}');
        INSERT INTO messages VALUES (9, 5, '{first}', 'hi', NULL, 'c-1', '2024-05-01 10:00+02', NULL, FALSE),
            (10, 5, '{second}', 'hello', 9, NULL, '2024-05-01 10:01+02', NULL, FALSE)"""
    subprocess.run(command, input=made.encode(), check=True, timeout=60)
    rows = subprocess.run(
        command, input=";".join(shown("postgres")).encode(), capture_output=True, check=True, timeout=60
    )
    done = run(database, "import", "--from", "rows", "-", given=rows.stdout)
    assert done.returncode == 0, done.stderr
    may_log_in(database, "anna")
    with Server(database) as server:
        anna = await user(server, "anna")
        (chat,) = await get(server, anna, "/api/v1/chats")
        assert (chat["title"], chat["unread_count"]) == ("tea", 0)
        said = await get(server, anna, "/api/chats/5/messages?features=all")
        assert [(message["id"], message["created_at"]) for message in said] == [
            (9, "2024-05-01T08:00:00.000000Z"),
            (10, "2024-05-01T08:01:00.000000Z"),
        ]
        assert said[1]["reply_to"]["id"] == 9
        # Whoever sends it once more, from a queue of the old client, is told that it is there.
        again = {"content": "hi", "client_id": "c-1"}
        assert (await call(server, "POST", "/api/chats/5/messages", again, headers=anna)).body["data"]["id"] == 9
        body = {"username": "anna", "password": "correct horse"}
        assert (await call(server, "POST", "/api/auth/login", body, expect=200)).body["user"]["uuid"] == first


def test_wrong_lines_are_shown_and_nothing_is_put_in(tmp_path):
    database, file = f"sqlite:{tmp_path}/chat.db", tmp_path / "chat.jsonl"
    long = {"message": {"id": 3, "chat_id": 1, "user_id": 1, "content": "x" * 100_000, "created_at": 0}}
    lines = [
        '{"user":{"id":1}}',
        '{"user":{"id":1}}',
        '{"user":{"id":"auth0|1"}}',
        '{"chat":{"id":1,"type":"direct","created_at":0}}',
        '{"member":{"chat_id":1,"user_id":1}}',
        '{"chat":{"id":1,"created_at":0}}',
        '{"member":{"chat_id":1,"user_id":1}}',
        '{"message":{"id":2,"chat_id":1,"user_id":1,"content":"hi","created_at":"yesterday"}}',
        json.dumps(long),
        '{"message":{"id":4,"chat_id":1,"user_id":1,"content":"hi","created_at":0}}',
        '{"message":{"id":2,"chat_id":1,"user_id":1,"content":"hi","created_at":0}}',
        '{"reaction":{"message_id":4,"user_id":2}}',
        "nonsense",
    ]
    file.write_text("\n".join(lines))
    done = run(database, "import", "--from", "rows", str(file))
    said = done.stderr.decode()
    assert done.returncode == 1 and "8 lines are wrong" in said and "nothing was put in" in said, said
    for wrong in ("line 2: somebody", "line 3: the id", "line 4: a direct", "line 8: `yesterday` is no time such as 2024-05-01 10:00:00\n", "line 9: ",
                  "line 11: messages come", "line 12: ", "line 13: "):  # fmt: skip
        assert wrong in said, said
    assert not list(tmp_path.glob("chat.db*"))
