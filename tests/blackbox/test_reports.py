"""What people find bad: back ends and operators hear of it, nobody in the chat does."""

from types import SimpleNamespace

import pytest

from harness import ids
from harness.asking import asking as asking_for
from harness.dialects import DIALECTS, Roulette, joined
from harness.hooks import KEY, Hook, ask
from harness.http import call
from harness.people import direct, group, register_many
from harness.roulette import call as lobby_call
from harness.roulette import pair
from harness.shapes import SECONDS, same

FLAGS = {"api_key": KEY, "allow_private_webhooks": True}
TREES = ["/api", "/api/v1", "/api/v2"]


def spelled(tree, kind, number):
    return number if tree == "/api" else ids.uuid(kind, number)


async def say(user, chat, text="buy this"):
    return (await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": text}, expect=200)).data["id"]


def address(tree, chat, message):
    return f"{tree}/chats/{spelled(tree, ids.CHAT, chat.id)}/messages/{spelled(tree, ids.MESSAGE, message)}/reports"


async def test_a_report_is_stored_once_and_shown_to_back_ends_and_operators(server):
    ann, bob, eve = await register_many(server, 3)
    chat = await group(ann, bob)
    for tree in TREES:
        message = await say(ann, chat)
        path = address(tree, chat, message)
        made = (await bob.call("POST", path, {"reason": f"spam {tree}"}, expect=201)).data
        assert made == {
            "message_id": spelled(tree, ids.MESSAGE, message),
            "reason": f"spam {tree}",
            "created_at": made["created_at"],
        }
        again = (await bob.call("POST", path, {"reason": "something else"}, expect=200)).data
        assert again == made
        await eve.call("POST", path, {"reason": "not mine"}, expect=403)
        for body in ({}, {"reason": " "}, {"reason": "x" * 501}, {"reason": 1}):
            await ann.call("POST", path, body, expect=422)
        await bob.call("POST", address(tree, chat, message + 1000), {"reason": "none"}, expect=404)
    mine = [one for one in (await ask(server, "GET", "reports"))["data"] if one["chat_id"] == chat.uuid]
    assert [one["reason"] for one in mine] == ["spam /api/v2", "spam /api/v1", "spam /api"]
    for one in mine:
        same(one, one | {"user_id": bob.uuid, "state": "open", "created_at": SECONDS, "resolved_at": None})
    newest = mine[0]["id"]
    page = await ask(server, "GET", "reports?limit=1")
    rest = await ask(server, "GET", f"reports?limit=1&before_id={page['next_before']}")
    assert page["data"][0]["id"] == newest == page["next_before"] and rest["data"][0]["id"] == mine[1]["id"]
    solved = (await ask(server, "POST", f"reports/{newest}/resolve"))["data"]
    same(solved, mine[0] | {"state": "resolved", "resolved_at": SECONDS})
    assert (await ask(server, "POST", f"reports/{newest}/resolve"))["data"] == solved
    assert newest in {one["id"] for one in (await ask(server, "GET", "reports?state=resolved"))["data"]}
    assert newest not in {one["id"] for one in (await ask(server, "GET", "reports?state=open"))["data"]}
    await ask(server, "GET", "reports?state=new", expect=422)
    for nobody in (ids.uuid(ids.MESSAGE, 1), "x"):
        await ask(server, "POST", f"reports/{nobody}/resolve", expect=404)
    operators = SimpleNamespace(url=server.admin_url)
    shown = (await call(operators, "GET", "/admin/api/reports?state=resolved&limit=1", expect=200)).body
    assert shown["data"][0] == solved and set(shown) == {"data", "next", "missing"} and shown["missing"] == []


async def test_a_report_reaches_webhooks_and_the_stream_and_nobody_in_the_chat(server):
    ann, bob = await register_many(server, 2)
    chat = await direct(ann, bob)
    message = await say(ann, chat)
    async with Hook() as hook:
        webhook = await hook.subscribe(server, events=["report.created"])
        asking = [asking_for(dialect(ann, chat), "all") for dialect in DIALECTS]
        async with joined(*asking) as clients:
            await bob.call("POST", address("/api", chat, message), {"reason": "rude"}, expect=201)
            await hook.until(lambda events: len(events) == 1)
            await say(bob, chat, "a marker")
            for client in clients:
                heard = await client.until(lambda frame: "a marker" in str(frame))
                assert "rude" not in str(heard)
        [event] = hook.events
        assert event["type"] == "report.created"
        data = event["data"]
        assert (data["chat_id"], data["message_id"]) == (chat.uuid, ids.uuid(ids.MESSAGE, message))
        assert (data["user_id"], data["reason"], data["state"], data["seq"]) == (bob.uuid, "rude", "open", None)
        cursor, pulled = "", []
        while True:
            page = await ask(server, "GET", "events?limit=100" + (f"&cursor={cursor}" if cursor else ""))
            pulled += page["data"]
            if not page["data"]:
                break
            cursor = page["cursor"]
        assert [one for one in pulled if one["type"] == "report.created" and one["data"]["chat_id"] == chat.uuid] == [
            event
        ]
        await ask(server, "DELETE", f"webhooks/{webhook}", expect=204)


@pytest.fixture
def lobby(new_server):
    return new_server(**FLAGS)


async def test_a_stranger_is_reported_also_after_they_have_left(lobby):
    ann, bob = await register_many(lobby, 2)
    async with joined(Roulette(ann, None), Roulette(bob, None)):
        chat = await pair(ann, bob)
        messages = f"/api/v1/chats/{chat.uuid}/messages"
        said = (await bob.call("POST", messages, {"content": "rude"}, expect=201)).data["id"]
        await lobby_call(bob, "POST", "leave", 204)
        await ann.call("POST", f"{messages}/{said}/reports", {"reason": "rude"}, expect=201)
    assert [one["message_id"] for one in (await ask(lobby, "GET", "reports"))["data"]] == [said]
