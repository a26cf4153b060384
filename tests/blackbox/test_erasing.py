"""Erasing: whoever is erased with what they said is unreadable at once, whoever was away hears of it, and nothing of it is left."""

import asyncio

import pytest

from harness.dialects import DIALECTS, Multiplexed, joined
from harness.http import call, session
from harness.people import PASSWORD, group, register, register_many

KEY = "key-of-the-back-end"
FLAGS = {"api_key": KEY}
SECRET = "Schwertfisch"
pytestmark = pytest.mark.database


async def ask(server, method, path, expect=200):
    return await call(server, method, f"/api/v2/server/users/{path}", headers={"X-Api-Key": KEY}, expect=expect)


async def say(user, chat, text, expect=200):
    path = f"/api/chats/{chat.id}/messages"
    return (await user.call("POST", path, {"content": text}, expect=expect)).data


async def everything(user, chat):
    """What somebody can read of a room by any address."""
    paths = ("messages?limit=100", "messages/poll?last_message_id=0", "members", "pins")
    seen = [(await user.call("GET", f"/api/chats/{chat.id}/{path}")).body for path in paths]
    seen.append((await user.call("GET", "/api/chats?features=all")).body)
    seen.append((await user.call("GET", f"/api/search?q={SECRET}")).body)
    seen.append((await user.call("GET", "/api/v2/notifications")).body)
    return str(seen)


async def test_what_the_erased_said_is_gone_for_everybody(server):
    anna, boris = await register_many(server, 2)
    chat = await group(boris, anna)
    first = await say(anna, chat, f"{SECRET} @{boris.username}")
    for number in range(30):
        await say(anna, chat, f"{SECRET} {number}")
    await boris.call(
        "POST", f"/api/chats/{chat.id}/messages", {"content": "what?", "reply_to": first["id"]}, expect=200
    )
    assert SECRET in await everything(boris, chat)
    clients = [dialect(anna, chat) for dialect in DIALECTS]
    reader = Multiplexed(boris, chat)
    async with joined(*clients, reader):
        erased = await ask(server, "DELETE", f"{anna.uuid}?messages=delete", expect=202)
        seen = await everything(boris, chat)
        assert SECRET not in seen and anna.username not in seen
        for client in clients:
            await client.inbox.closed()
        for _ in range(31):
            await reader.inbox.next("message_deleted")
    me = (await ask(server, "GET", anna.uuid)).data
    assert (me["username"], me["name"], me["avatar"]) == ("", "", "")
    assert me["erased_at"] == erased.data["erased_at"]
    assert (await ask(server, "GET", boris.uuid)).data["erased_at"] is None
    await ask(server, "DELETE", f"{anna.uuid}?messages=keep", expect=404)
    credentials = {"username": anna.username, "password": PASSWORD}
    await call(server, "POST", "/api/auth/login", credentials, expect=401)
    await anna.call("GET", "/api/auth/me", expect=401)
    await register(server, anna.username)
    messages = (await boris.call("GET", f"/api/chats/{chat.id}/messages?features=replies")).data
    assert [message["content"] for message in messages] == ["what?"]
    assert messages[0]["reply_to"]["excerpt"] == "" and messages[0]["reply_to"]["deleted"]


async def test_operators_see_how_far_an_erasing_is(server):
    anna, boris = await register_many(server, 2)
    chat = await group(boris, anna)
    for number in range(5):
        await say(anna, chat, f"{SECRET} {number}")
    await ask(server, "DELETE", f"{anna.uuid}?messages=delete", expect=202)
    await ask(server, "DELETE", f"{boris.uuid}?messages=keep", expect=202)
    async for attempt in patience():
        async with session().get(f"{server.admin_url}/admin/api/erasures") as answer:
            assert answer.status == 200
            listed = {one["user_id"]: one for one in (await answer.json())["data"]}
        mine, other = listed[anna.uuid], listed[boris.uuid]
        assert (mine["messages"], mine["said"], other["messages"], other["said"]) == ("delete", 5, "keep", 0)
        assert mine["left"] <= 5 and SECRET not in str(listed) and anna.username not in str(listed)
        if mine["done_at"] and other["done_at"]:
            assert mine["left"] == 0 and mine["done_at"] >= mine["erased_at"]
            return
        assert attempt < 600, listed


async def patience():
    for attempt in range(601):
        yield attempt
        await asyncio.sleep(0.1)
