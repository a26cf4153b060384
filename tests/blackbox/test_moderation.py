"""Who leads a group: ranks, mutes, bans, slow mode and freezing, in every dialect; and what nobody hears who does not ask."""

import functools

import pytest

from harness.asking import SENT, say
from harness.asking import asking as asking_for
from harness.dialects import Bare, Multiplexed, Rest, Room, Roulette, SocketIo, joined
from harness.inbox import kind
from harness.people import add, group, history, register_many

asking = functools.partial(asking_for, features="moderation")
ASKS = {"X-Chat-Features": "moderation"}
FOR_GOOD = "9999-12-31T23:59:59"


async def at(user, chat, method, what, body=None, expect=200):
    return await user.call(method, f"/api/chats/{chat.id}{what}", body, expect=expect, headers=ASKS)


async def appoint(owner, chat, user, role="moderator", expect=200):
    return await at(owner, chat, "PATCH", f"/members/{user.id}", {"role": role}, expect)


def is_of_leading(frame):
    return any(word in kind(frame) for word in ("member_updated", "member:updated", "chat_changed", "chat:changed"))


def fields(frame):
    return frame.get("payload") or frame.get("data") or frame


@pytest.mark.parametrize("dialect", [Rest, Multiplexed, Room, Roulette, SocketIo])
async def test_who_asks_hears_of_ranks_mutes_and_rules_and_nobody_else_does(server, dialect):
    ann, bob, eve = await register_many(server, 3)
    chat = await group(ann, bob, eve)
    async with joined(asking(dialect(bob, chat)), dialect(bob, chat), Bare(bob, chat)) as (asks, plain, bare):
        assert (await appoint(ann, chat, eve)).data["role"] == "moderator"
        await at(eve, chat, "PUT", f"/mutes/{bob.id}")
        await at(eve, chat, "PATCH", "", {"slow_mode": 5, "frozen": True, "title": "New"})
        role, mute, rules = [fields(await asks.next(is_of_leading)) for _ in range(3)]
        who = role["user"]["id"] if "user" in role else role["user_id"]
        assert who in (eve.id, eve.uuid) and role["role"] == "moderator"
        assert role["muted_until"] is None and role["banned_until"] is None
        assert mute["role"] == "member" and mute["muted_until"].startswith(FOR_GOOD)
        assert (rules["title"], rules["slow_mode"], rules["frozen"]) == ("New", 5, True)
        await say(eve, chat, "the end")
        assert not any(is_of_leading(frame) for frame in await plain.until(SENT[dialect]))
        assert [frame["content"] for frame in [await bare.inbox.next(lambda frame: True)]] == ["the end"]


async def test_ranks_bind_everybody_below_and_nobody_else(server):
    ann, bob, eve, dan = await register_many(server, 4)
    chat = await group(ann, bob, eve, dan)
    await appoint(bob, chat, eve, expect=403)
    await appoint(ann, chat, bob)
    await appoint(ann, chat, eve)
    for who in (ann, eve, bob):
        await at(bob, chat, "PUT", f"/mutes/{who.id}", expect=403)
        await at(bob, chat, "PUT", f"/bans/{who.id}", expect=403)
    first, second = [(await say(who, chat, "hi"))["id"] for who in (ann, dan)]
    await at(bob, chat, "DELETE", f"/messages/{first}", expect=403)
    await at(dan, chat, "DELETE", f"/messages/{first}", expect=403)
    await at(bob, chat, "DELETE", f"/messages/{second}")
    await at(bob, chat, "PATCH", "", {"title": "Ours"})
    # Moderators add nobody, and are plain members for who does not ask.
    await add(bob, chat, dan, expect=403)
    plain = (await dan.call("GET", f"/api/chats/{chat.id}", expect=200)).data
    assert {one["role"] for one in plain["members"]} == {"owner", "member"} and "frozen" not in plain
    assert all("muted_until" not in one for one in plain["members"])
    # The owner hands the group over and is a moderator from then on.
    async with joined(asking(Multiplexed(dan, chat))) as (hears,):
        await appoint(ann, chat, bob, "owner")
        heard = [await hears.next("member_updated") for _ in range(2)]
        assert [(frame["user_id"], frame["role"]) for frame in heard] == [(bob.id, "owner"), (ann.id, "moderator")]
    asked = (await at(dan, chat, "GET", "")).data
    roles = {one["id"]: one["role"] for one in asked["members"]}
    assert roles == {ann.id: "moderator", bob.id: "owner", eve.id: "moderator", dan.id: "member"}
    # When an owner leaves, the longest moderator owns; of those who came together the one who is known for longer.
    await at(bob, chat, "DELETE", f"/members/{bob.id}")
    roles = {one["id"]: one["role"] for one in (await at(dan, chat, "GET", "")).data["members"]}
    heir, other = sorted([ann.id, eve.id])
    assert roles == {heir: "owner", other: "moderator", dan.id: "member"}
    page = (await at(ann, chat, "GET", "/audit?limit=100")).body
    acts = [(one["action"], one["by"], one["user_id"]) for one in page["data"]]
    assert acts == [
        ("role", ann.id, bob.id),
        ("change", bob.id, None),
        ("delete", bob.id, dan.id),
        ("role", ann.id, eve.id),
        ("role", ann.id, bob.id),
    ]
    assert page["next_before"] is None
    first_page = (await at(ann, chat, "GET", "/audit?limit=2")).body
    rest = (await at(ann, chat, "GET", f"/audit?before={first_page['next_before']}")).body
    assert first_page["data"] + rest["data"] == page["data"]
    await at(dan, chat, "GET", "/audit", expect=403)


async def test_the_muted_say_nothing_until_it_ends_or_is_taken_back(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    message = (await say(bob, chat, "before"))["id"]
    said = (await at(ann, chat, "PUT", f"/mutes/{bob.id}", {"reason": "noise"})).data
    assert said["user"]["id"] == bob.id and said["until"] is None and said["reason"] == "noise"
    messages = f"/api/chats/{chat.id}/messages"
    refused = await bob.call("POST", messages, {"content": "x"}, headers=ASKS, expect=403)
    assert refused.body["code"] == "FORBIDDEN" and refused.body["until"] is None
    plain = await bob.call("POST", messages, {"content": "x"}, expect=403)
    assert "until" not in plain.body
    await bob.call("PATCH", f"{messages}/{message}", {"content": "y"}, expect=403)
    await bob.call("PUT", f"{messages}/{message}/like", expect=403)
    async with joined(Multiplexed(ann, chat), asking(Multiplexed(bob, chat))) as (hears, muted):
        await muted.typing(True)
        await muted._say("send_message", content="x", chat_id=chat.id)
        assert (await muted.next("error"))["until"] is None
        # It outlives leaving and coming back.
        await at(bob, chat, "DELETE", f"/members/{bob.id}")
        await add(ann, chat, bob)
        await bob.call("POST", messages, {"content": "x"}, expect=403)
        await at(ann, chat, "DELETE", f"/mutes/{bob.id}")
        await at(ann, chat, "DELETE", f"/mutes/{bob.id}")
        await say(bob, chat, "after")
        assert "typing" not in [kind(frame) for frame in await hears.until("new_message")]
    # One that has an end is over by itself.
    await at(ann, chat, "PUT", f"/mutes/{bob.id}", {"seconds": 1})
    while (await bob.call("POST", messages, {"content": "again"})).status == 403:
        pass
    await at(ann, chat, "PUT", f"/mutes/{bob.id}", {"seconds": 0}, expect=422)
    await at(ann, chat, "PUT", f"/mutes/{bob.id}", {"seconds": 400_000_000}, expect=422)


async def test_the_banned_hear_it_and_are_closed_and_what_they_said_goes(server):
    ann, bob, eve = await register_many(server, 3)
    chat = await group(ann, bob)
    for number in range(5):
        await say(bob, chat, f"spam {number}")
    kept = (await say(ann, chat, "kept"))["id"]
    closing = [Rest(bob, chat), Room(bob, chat), Roulette(bob, chat), Bare(bob, chat)]
    staying = [Multiplexed(bob, chat), SocketIo(bob, chat)]
    async with joined(asking(Multiplexed(ann, chat)), *closing, *staying) as (witness, *_):
        said = (await at(ann, chat, "PUT", f"/bans/{bob.id}", {"reason": "spam", "delete_messages": True})).data
        assert said["user"]["id"] == bob.id and said["until"] is None and said["reason"] == "spam"
        for client in closing:
            if not isinstance(client, Bare):
                await client.next("member_removed")
            assert await client.inbox.closed() == 4403 or isinstance(client, Rest)
        await staying[0].next("member_removed")
        await staying[1].next("chat:member:removed")
        assert (await witness.next("member_removed"))["user_id"] == bob.id
        updated = await witness.next("member_updated")
        assert updated["user_id"] == bob.id and updated["banned_until"].startswith(FOR_GOOD)
        gone = [await witness.next("message_deleted") for _ in range(5)]
        ids = [frame["message_id"] for frame in gone]
        assert ids == sorted(ids, reverse=True)
    assert [message["id"] for message in await history(ann, chat)] == [kept]
    await add(ann, chat, bob, expect=403)
    # Who is not in can be banned, too.
    await at(ann, chat, "PUT", f"/bans/{eve.id}", {"seconds": 3600})
    await add(ann, chat, eve, expect=403)
    bans = (await at(ann, chat, "GET", "/bans")).body
    assert [(ban["user"]["id"], ban["reason"]) for ban in bans["data"]] == [(eve.id, None), (bob.id, "spam")]
    assert bans["next_before"] is None and bans["data"][0]["until"] is not None
    page = (await at(ann, chat, "GET", "/bans?limit=1")).body
    rest = (await at(ann, chat, "GET", f"/bans?before_id={page['next_before']}")).body
    assert page["data"] + rest["data"] == bans["data"]
    for user in (bob, eve):
        await at(ann, chat, "DELETE", f"/bans/{user.id}")
        await add(ann, chat, user)
    # Who comes for the first time has read what is there.
    mine = (await eve.call("GET", f"/api/chats/{chat.id}", expect=200)).data
    assert mine["unread_count"] == 0


async def test_slow_and_frozen_rooms_bind_sends_of_plain_members(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    await at(ann, chat, "PATCH", "", {"slow_mode": 3600})
    messages = f"/api/chats/{chat.id}/messages"
    first = (await bob.call("POST", messages, {"content": "one", "client_id": "a"}, expect=200)).data
    slow = await bob.call("POST", messages, {"content": "two"}, headers=ASKS, expect=429)
    assert slow.body["code"] == "RATE_LIMIT" and 0 < slow.body["retry_after"] <= 3600
    assert int(slow.headers["Retry-After"]) == slow.body["retry_after"]
    again = (await bob.call("POST", messages, {"content": "one", "client_id": "a"}, expect=200)).data
    assert again["id"] == first["id"], "a repeat is answered before the rules"
    await bob.call("PATCH", f"{messages}/{first['id']}", {"content": "edited"}, expect=200)
    await say(ann, chat, "owners do not wait")
    await say(ann, chat, "at all")
    await at(ann, chat, "PATCH", "", {"slow_mode": 0, "frozen": True})
    await bob.call("POST", messages, {"content": "two"}, expect=403)
    await say(ann, chat, "frozen")
    await at(ann, chat, "PATCH", "", {"frozen": False})
    await say(bob, chat, "two")
    await at(ann, chat, "PATCH", "", {"slow_mode": 3601}, expect=422)
    await at(ann, chat, "PATCH", "", {}, expect=422)
