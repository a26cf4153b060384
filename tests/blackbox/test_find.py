"""Search: messages are found by their words, in any form, within a second, by who is in the room and by nobody else."""

import asyncio
import sqlite3
import subprocess
import time
from urllib.parse import urlencode

import pytest

from harness import ids
from harness.people import group, register_many
from harness.server import Server, binary

TREES = ["/api", "/api/v1", "/api/v2"]


async def find(user, q, tree="/api", expect=200, **more):
    return await user.call("GET", f"{tree}/search?{urlencode({'q': q} | more)}", expect=expect)


async def found(user, q, **more):
    """What is found, once the index has come so far; within a second of its commit, and a little for a busy machine."""
    until = time.monotonic() + 10
    while not (answer := (await find(user, q, **more)).body)["data"]:
        assert time.monotonic() < until, f"{q} is not found"
        await asyncio.sleep(0.05)
    return answer


def words(answer):
    return [hit["message"]["content"] for hit in answer["data"]]


async def say(user, chat, content):
    return (await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": content}, expect=200)).data["id"]


async def test_words_are_found_in_their_forms_as_they_are_now_and_by_members_alone(server):
    ann, bob, eve = await register_many(server, 3)
    chat = await group(ann, bob)
    message = await say(ann, chat, "😀 Наша Ёлка и сообщения")
    other = await say(bob, chat, "the red boxes")
    await found(bob, "red")
    for q, highlights in [
        ("елка", [[8, 12]]),
        ("сообщение ёлку", [[8, 12], [15, 24]]),
        ('"наша елка"', [[3, 7], [8, 12]]),
    ]:
        answer = await found(bob, q)
        assert [(hit["chat_id"], hit["message"]["id"]) for hit in answer["data"]] == [(chat.id, message)]
        assert answer["data"][0]["highlights"] == highlights, q
        assert answer["next"] is None
    assert words((await find(bob, "bo")).body) == ["the red boxes"], "the last word may be a beginning"
    assert words((await find(bob, '"bo"')).body) == []
    assert (await find(eve, "елка")).body["data"] == []
    await find(eve, "елка", chat_id=chat.id, expect=403)
    await find(bob, "елка", chat_id=987654321, expect=404)
    await bob.call("PATCH", f"/api/chats/{chat.id}/messages/{other}", {"content": "a green tree"}, expect=200)
    await found(ann, "green trees")
    assert (await find(ann, "boxes")).body["data"] == []
    await ann.call("DELETE", f"/api/chats/{chat.id}/messages/{message}", expect=200)
    assert (await find(ann, "елка")).body["data"] == [], "at once"
    await ann.call("DELETE", f"/api/chats/{chat.id}/members/{bob.id}", expect=200)
    assert (await find(bob, "green")).body["data"] == []


@pytest.mark.parametrize("tree", TREES)
async def test_pages_go_on_from_the_newest_in_the_words_of_each_tree(server, tree):
    ann, bob = await register_many(server, 2)
    chats = [await group(ann, bob), await group(ann, bob)]
    sent = [await say([ann, bob][n % 2], chats[n % 2], f"entry {n}") for n in range(7)]
    await found(ann, '"entry 6"')

    def spelled(kind, number):
        return number if tree == "/api" else ids.uuid(kind, number)

    async def all_of(**more):
        pages, place = [], {}
        while True:
            answer = (await find(ann, "entry", tree=tree, limit=2, **more, **place)).body
            pages += [hit["message"]["id"] for hit in answer["data"]]
            if answer["next"] is None:
                return pages
            place = {"next": answer["next"]}

    newest_first = [spelled(ids.MESSAGE, message) for message in reversed(sent)]
    assert await all_of() == newest_first
    assert await all_of(chat_id=spelled(ids.CHAT, chats[1].id)) == newest_first[1::2]
    assert await all_of(**{"from": spelled(ids.USER, bob.id)}) == newest_first[1::2]
    fourth = (await find(ann, '"entry 3"')).body["data"][0]["message"]["created_at"]
    assert await all_of(after="2020-01-01T00:00:00Z", before="2020-01-02T00:00:00+03:00") == []
    ours = [spelled(ids.MESSAGE, message) for message in reversed(sent[3:])]
    if tree == "/api":
        assert await all_of(after=fourth) == ours, "from this moment on"
        assert await all_of(before=fourth) == newest_first[4:], "and before it"


async def test_what_asks_for_nothing_is_refused(server):
    (ann,) = await register_many(server, 1)
    for q in ["", "--", '"open', "a\0b", "a" * 257]:
        answer = await find(ann, q, expect=422)
        assert answer.body["code"] == "INVALID_DATA", q
    for more in [
        {"limit": 51},
        {"limit": 0},
        {"before": "yesterday"},
        {"after": "2026-02-30T00:00:00Z"},
        {"next": "1"},
    ]:
        await find(ann, "word", expect=422, **more)
    await find(ann, "ж" * 256)


@pytest.mark.parametrize("entries", [1, 700])
async def test_the_index_is_made_anew_while_the_server_serves(tmp_path, entries):
    """What is missing in it is found again; more than is taken in at once, too."""
    with Server(f"sqlite:{tmp_path}/chat.db") as server:
        (ann,) = await register_many(server, 1)
        chat = await group(ann)
        for at in range(0, entries, 50):
            await asyncio.gather(*(say(ann, chat, f"entry {n}") for n in range(at, min(at + 50, entries))))
        await found(ann, f'"entry {entries - 1}"')
        with sqlite3.connect(tmp_path / "chat.db.search") as index:
            index.execute("DELETE FROM indexed")
        assert (await find(ann, "entry")).body["data"] == []
        command = [binary(), "reindex", "--database", f"sqlite:{tmp_path}/chat.db"]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "all messages are in the index" in done.stdout, done
        for n in {0, entries // 2, entries - 1}:
            assert words((await find(ann, f'"entry {n}"')).body) == [f"entry {n}"]
