"""Who wants to have nothing to do with somebody, in direct chats and in the roulette."""

import pytest

from harness import ids
from harness.dialects import Multiplexed, Roulette, joined
from harness.inbox import kind
from harness.people import direct, register_many
from harness.roulette import call, pair, search


async def block(user, other, method="PUT", expect=200):
    return await user.call(method, f"/api/users/{other.id}/block", expect=expect)


async def test_who_is_blocked_reads_and_says_nothing(server):
    ann, bob = await register_many(server, 2)
    chat = await direct(ann, bob)
    messages = f"/api/chats/{chat.id}/messages"
    first = (await bob.call("POST", messages, {"content": "hi"}, expect=200)).data["id"]
    async with joined(Multiplexed(ann, chat), Multiplexed(bob, chat)) as (blocker, blocked):
        await block(ann, bob)
        await block(ann, bob)
        await blocked.typing(True)
        await blocked._say("send_message", content="x", chat_id=chat.id)
        assert (await blocked.next("error"))["code"] == "FORBIDDEN"
        await bob.call("PATCH", f"{messages}/{first}", {"content": "y"}, expect=403)
        await bob.call("PUT", f"{messages}/{first}/like", expect=403)
        assert len((await bob.call("GET", messages, expect=200)).data) == 1
        await ann.call("POST", messages, {"content": "I may"}, expect=200)
        heard = {kind(frame) for frame in await blocker.until("new_message")}
        assert heard <= {"user_status", "chat_updated", "new_message"}, "neither typing nor a block is heard"
    assert (await direct(bob, ann, expect=200)).id == chat.id
    await block(ann, bob, "DELETE")
    await bob.call("POST", messages, {"content": "again"}, expect=200)
    await block(ann, ann, expect=422)


async def test_who_is_blocked_opens_no_chat_and_the_blocker_may(server):
    ann, bob, eve = await register_many(server, 3)
    for other in (bob, eve):
        await block(ann, other)
    page = (await ann.call("GET", "/api/blocks?limit=1", expect=200)).body
    rest = (await ann.call("GET", f"/api/blocks?before_id={page['next_before']}", expect=200)).body
    assert [one["id"] for one in page["data"] + rest["data"]] == [eve.id, bob.id] and rest["next_before"] is None
    refused = await bob.call("POST", "/api/chats", {"type": "direct", "user_id": ann.id}, expect=403)
    assert refused.body["code"] == "FORBIDDEN"
    chat = await direct(ann, bob)
    await bob.call("POST", f"/api/chats/{chat.id}/messages", {"content": "x"}, expect=403)


@pytest.fixture
def lobby(new_server):
    return new_server()


async def test_the_roulette_keeps_them_apart_also_while_both_wait(lobby):
    ann, bob, eve = await register_many(lobby, 3)
    async with joined(Roulette(ann, None), Roulette(bob, None), Roulette(eve, None)):
        chat = await pair(ann, bob)
        await ann.call("PUT", f"/api/v1/users/{bob.uuid}/block", expect=204)
        refused = await bob.call("POST", f"/api/v1/chats/{chat.uuid}/messages", {"content": "x"}, expect=403)
        assert refused.body["code"] == "FORBIDDEN"
        await call(ann, "POST", "leave", 204)
        assert (await search(ann))["status"] == "searching"
        assert (await search(bob))["status"] == "searching", "blocked while the other waits"
        found = await search(eve)
        assert found["user"]["id"] == ann.uuid and ids.number(found["chat_id"], ids.CHAT)
