"""Messages that are kept for a while only: they vanish as if they had been forgotten, and what is left stays true."""

import asyncio

import pytest

from harness.dialects import DIALECTS, Multiplexed, Rest, joined
from harness.files import file, gone, read, send
from harness.http import call
from harness.people import group, register_many
from harness.server import Server

KEY = "key-of-the-back-end"
FLAGS = {"api_key": KEY}
pytestmark = pytest.mark.database


async def keep(server, chat, seconds, expect=200):
    path, headers = f"/api/v2/server/chats/{chat.uuid}", {"X-Api-Key": KEY}
    return await call(server, "PATCH", path, {"keep_messages": seconds}, headers=headers, expect=expect)


async def history(user, chat):
    messages = (await user.call("GET", f"/api/chats/{chat.id}/messages?limit=100", expect=200)).data
    return [message["content"] for message in messages]


async def vanished(user, chat, left=()):
    """Within a minute: waited for longer only where the machine is slow."""
    for _ in range(1_200):
        if (now := await history(user, chat)) == list(left):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"there still is {now}")


async def say(user, chat, text, **more):
    return (await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": text} | more, expect=200)).data


async def test_old_messages_vanish_and_nobody_is_told_that_they_were_deleted(server):
    anna, boris = await register_many(server, 2)
    chat, other = await group(anna, boris), await group(anna, boris)
    await say(anna, other, "this stays")
    there = await file(anna)
    await send(anna, chat, there["url"])
    first = await say(anna, chat, f"Schwertfisch @{boris.username}", client_id="once")
    clients = [dialect(boris, chat) for dialect in DIALECTS]
    reader = Multiplexed(boris, chat)
    async with joined(*clients, reader):
        kept = (await keep(server, chat, 1)).data
        assert kept == {"id": chat.uuid, "keep_messages": 1}
        await vanished(boris, chat)
        await keep(server, chat, None)
        after = await say(anna, chat, "after it")
        # What each hears next is what comes next.
        for client in (*clients, reader):
            await client.next(lambda frame: "after it" in str(frame))
            assert not any("deleted" in str(frame) for frame in client.inbox.heard)
    chats = {one["id"]: one for one in (await boris.call("GET", "/api/chats?features=all", expect=200)).data}
    assert (chats[chat.id]["unread_count"], chats[chat.id]["unread_mentions"]) == (1, 0)
    assert chats[chat.id]["last_message"]["id"] == after["id"] and chats[other.id]["unread_count"] == 1
    again = await anna.call(
        "POST",
        f"/api/chats/{chat.id}/messages",
        {"content": f"Schwertfisch @{boris.username}", "client_id": "once"},
        expect=200,
    )
    assert again.data["id"] == first["id"] and again.data["content"] == ""
    poll = f"/api/chats/{chat.id}/poll?last_message_id={first['id'] - 1}"
    assert [message["content"] for message in (await boris.call("GET", poll, expect=200)).body["data"]] == ["after it"]
    await boris.call("GET", f"/api/chats/{chat.id}/messages/{first['id']}", expect=404)
    assert (await boris.call("GET", "/api/search?q=Schwertfisch", expect=200)).data == []
    assert await read(server, there["url"]) == 404
    await gone(server, there["id"])
    assert await history(boris, other) == ["this stays"]


async def test_a_cursor_that_was_passed_is_told_to_load_anew(server):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    early = Rest(boris, chat)
    async with joined(early):
        await say(anna, chat, "one")
        await early.next(lambda frame: "one" in str(frame))
    await say(anna, chat, "two")
    await keep(server, chat, 1)
    await vanished(boris, chat)
    back = Rest(boris, chat)
    async with joined(back, cursor=early.cursor):
        await back.next("resync")


async def test_only_back_ends_say_how_long(server):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    for tree, place, status in (("/api", chat.id, 422), ("/api/v2", chat.uuid, 422)):
        for body in ({"keep_messages": 60}, {"keep_messages": None, "title": "another"}):
            refused = await anna.call("PATCH", f"{tree}/chats/{place}", body, expect=status)
            assert refused.body["code"] == "INVALID_DATA"
    for wrong in (0, -1, "60", 3_153_600_001, 1.5, [], True):
        assert (await keep(server, chat, wrong, expect=422)).body["code"] == "INVALID_DATA"
    headers = {"X-Api-Key": KEY}
    path = f"/api/v2/server/chats/{chat.uuid}"
    await call(server, "PATCH", path, {}, headers=headers, expect=422)
    await call(server, "PATCH", path, {"keep_messages": 60}, headers={"X-Api-Key": "another"}, expect=401)
    await call(server, "PATCH", path, {"keep_messages": 60}, token=anna.token, expect=401)
    unknown = path[:-1] + ("0" if path[-1] != "0" else "1")
    await call(server, "PATCH", unknown, {"keep_messages": 60}, headers=headers, expect=404)


async def test_a_setting_is_for_all_rooms_but_those_of_which_something_else_was_said(new_database):
    with Server(new_database(), keep_messages="1s", **FLAGS) as server:
        anna, boris = await register_many(server, 2)
        chat, other = await group(anna, boris), await group(anna, boris)
        await keep(server, other, 3_600)
        for one in (chat, other):
            await say(anna, one, "hello")
        await vanished(boris, chat)
        server.restart()
        assert await history(boris, other) == ["hello"]
        await keep(server, other, None)
        await vanished(boris, other)
