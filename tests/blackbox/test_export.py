"""All that is somebody's, for a back end that hands it to them: theirs, all of it, and nobody else's words."""

import json

import pytest

from harness.files import ask, file, send
from harness.http import call
from harness.people import group, register_many

KEY = "key-of-the-back-end"
FLAGS = {"api_key": KEY}
SECRET = "Schwertfisch"
pytestmark = pytest.mark.database


async def export(server, user, status=200, key=KEY):
    address = f"{server.url}/api/v2/server/users/{user.uuid}/export"
    said, headers, body = await ask("GET", address, X_Api_Key=key)
    assert said == status, body
    if status == 200:
        assert headers["Content-Type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in body.splitlines()]
        assert lines[-1] == {"type": "end", "data": {"lines": len(lines) - 1}}
        return body.decode(), lines[:-1]


def of(lines, sort):
    return [line["data"] for line in lines if line["type"] == sort]


async def test_all_that_is_somebodys_is_there_and_nobody_elses_words(server):
    anna, boris, clara = await register_many(server, 3)
    chat, left = await group(boris, anna, title=f"{SECRET} title"), await group(boris, anna)
    for _ in range(3):
        await boris.call(
            "POST", f"/api/chats/{chat.id}/messages", {"content": f"{SECRET} @{anna.username}"}, expect=200
        )
    asked = (await boris.call("GET", f"/api/v2/chats/{chat.uuid}/messages")).data[0]
    body = {"content": "an answer", "reply_to": asked["id"], "metadata": {}}
    answer = (await anna.call("POST", f"/api/v2/chats/{chat.uuid}/messages", body, expect=201)).data
    there = await file(anna)
    photo = (await send(anna, chat, there["url"], "photo", metadata={"width": 7})).data
    gone = (await anna.call("POST", f"/api/chats/{left.id}/messages", {"content": "deleted"}, expect=200)).data
    await anna.call("DELETE", f"/api/chats/{left.id}/messages/{gone['id']}", expect=200)
    await anna.call("POST", f"/api/chats/{left.id}/messages", {"content": "before I left"}, expect=200)
    await anna.call("DELETE", f"/api/chats/{left.id}/members/{anna.id}", expect=200)
    message = f"/api/v2/chats/{chat.uuid}/messages/{asked['id']}"
    await anna.call("PUT", f"{message}/reactions/🎉", expect=200)
    await anna.call("PUT", f"{message}/reactions/👍", expect=200)
    await anna.call("DELETE", f"{message}/reactions/👍", expect=200)
    await anna.call("POST", f"{message}/reports", {"reason": "my own words"}, expect=201)
    await anna.call("PUT", f"/api/v2/users/{clara.uuid}/block", expect=204)
    text, lines = await export(server, anna)
    assert SECRET not in text and boris.name not in text and clara.name not in text
    (me,) = of(lines, "user")
    assert (me["id"], me["username"], me["name"]) == (anna.uuid, anna.username, anna.name)
    assert of(lines, "chat") == [{"id": chat.uuid, "type": "group", "role": "member"}]
    said = {one["content"]: one for one in of(lines, "message")}
    assert set(said) == {"an answer", there["url"], "before I left"}
    assert (said["an answer"]["id"], said["an answer"]["reply_to"]) == (answer["id"], asked["id"])
    assert said["an answer"]["created_at"] == answer["created_at"]
    assert said[there["url"]]["id"] == photo["id"] and said[there["url"]]["metadata"] == {"width": 7}
    (reaction,) = of(lines, "reaction")
    assert (reaction["emoji"], reaction["message_id"], reaction["chat_id"]) == ("🎉", asked["id"], chat.uuid)
    assert [(one["id"], one["size"]) for one in of(lines, "file")] == [(there["id"], len(await read_all(there)))]
    assert [one["reason"] for one in of(lines, "report")] == ["my own words"]
    assert of(lines, "block") == [{"user_id": clara.uuid}]
    assert {one["data"]["chat_id"] for one in of(lines, "notification")} == {chat.uuid}
    text, lines = await export(server, clara)
    assert {line["type"] for line in lines} == {"user"} and anna.uuid not in text


async def read_all(there):
    return (await ask("GET", there["url"]))[2]


async def test_many_messages_come_in_pages_and_once(server):
    anna, boris = await register_many(server, 2)
    chats = [await group(anna, boris) for _ in range(3)]
    for number in range(1_203):
        chat = chats[number % 3]
        await anna.call("POST", f"/api/chats/{chat.id}/messages", {"content": f"number {number}"}, expect=200)
    _, lines = await export(server, anna)
    said = [one["content"] for one in of(lines, "message")]
    assert len(said) == 1_203 and set(said) == {f"number {number}" for number in range(1_203)}


async def test_only_a_back_end_is_answered_and_only_of_who_is_there(server):
    anna, boris = await register_many(server, 2)
    for key in ("", "another", anna.token):
        await export(server, anna, 401, key)
    await call(server, "GET", f"/api/v2/server/users/{anna.uuid}/export", token=anna.token, expect=401)
    headers = {"X-Api-Key": KEY}
    for unknown in ("63686174-0001-8000-8000-00000000ffff", "nobody", "1%2F..%2F2"):
        await call(server, "GET", f"/api/v2/server/users/{unknown}/export", headers=headers, expect=404)
    await call(server, "DELETE", f"/api/v2/server/users/{boris.uuid}?messages=keep", headers=headers, expect=202)
    await export(server, boris, 404)
