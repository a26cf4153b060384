"""What happens is pulled by back ends: everything, in the order of each room, over restarts and kills."""

import asyncio
from urllib.parse import urlencode

from harness import ids
from harness.http import call, close
from harness.people import group, register_many
from harness.server import Server

KEY = "key-of-the-back-end"
FLAGS = {"api_key": KEY}


async def pull(server, expect=200, **query):
    headers = {"X-Api-Key": KEY}
    return (await call(server, "GET", f"/api/v2/server/events?{urlencode(query)}", headers=headers, expect=expect)).body


async def all_until(server, wanted, cursor=None, **query):
    """Everything that is pulled, page by page, until something of this type comes."""
    events = []
    while wanted not in [event["type"] for event in events]:
        page = await pull(server, wait=10, **({} if cursor is None else {"cursor": cursor}), **query)
        assert page["data"], f"no {wanted} after {events}"
        cursor = page["cursor"]
        events += page["data"]
    return events, cursor


def of_room(events, chat):
    return [event for event in events if event["data"]["chat_id"] == ids.uuid(ids.CHAT, chat.id)]


async def test_everything_is_pulled_in_order_and_in_the_words_of_dialect_5(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob, title="tea")
    path = f"/api/chats/{chat.id}"
    sent = [
        (await ann.call("POST", f"{path}/messages", {"content": f"hello {n}"}, expect=200)).data["id"] for n in range(3)
    ]
    # What is told is true when it is told.
    events, cursor = await all_until(server, "message.created", limit=2)
    await bob.call("PUT", f"{path}/messages/{sent[0]}/like", expect=200)
    await bob.call("PUT", f"{path}/messages/{sent[0]}/reactions/%F0%9F%91%8D", expect=200)
    await ann.call("PATCH", f"{path}/messages/{sent[1]}", {"content": "better"}, expect=200)
    await ann.call("DELETE", f"{path}/messages/{sent[2]}", expect=200)
    await ann.call("PATCH", path, {"title": "coffee"}, expect=200)
    await ann.call("DELETE", f"{path}/members/{bob.id}", expect=200)
    more, cursor = await all_until(server, "member.removed", cursor, limit=2)
    told = of_room(events + more, chat)
    types = [event["type"] for event in told]
    assert types[0] == "chat.created" and told[0]["data"]["seq"] == 0
    people = {ids.uuid(ids.USER, user.id) for user in (ann, bob)}
    assert {member["user_id"] for member in told[0]["data"]["members"]} == people
    numbers = [event["data"]["seq"] for event in told]
    assert numbers == sorted(set(numbers)), "once, and in order"
    assert {"message.created", "message.deleted", "chat.changed", "member.removed"} <= set(types)
    given = [event["data"]["emoji"] for event in told if event["type"] == "message.reacted"]
    assert given == ["\u2764\ufe0f", "\U0001f44d"]
    created = next(event for event in told if event["type"] == "message.created")["data"]
    assert created["id"] == ids.uuid(ids.MESSAGE, sent[0]) and created["sender_id"] == ids.uuid(ids.USER, ann.id)
    assert len({event["id"] for event in told}) == len(told)
    assert (await pull(server, cursor=cursor))["data"] == []
    # From the beginning the same has the same names, and what is gone is told as gone alone.
    again = of_room((await all_until(server, "member.removed"))[0], chat)
    merged = ("message.created", "message.edited")
    assert {event["id"] for event in again} >= {event["id"] for event in more if event["type"] not in merged}
    gone = [event for event in again if ids.uuid(ids.MESSAGE, sent[2]) in event["data"].values()]
    assert [event["type"] for event in gone] == ["message.deleted"]


async def test_who_waits_is_answered_when_something_happens(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    now = (await pull(server, cursor=""))["cursor"]
    # What is committed already may still be on its way into the feed.
    while (page := await pull(server, cursor=now, wait=1))["data"]:
        now = page["cursor"]
    waiting = asyncio.create_task(pull(server, cursor=now, wait=20))
    await ann.call("POST", f"/api/chats/{chat.id}/messages", {"content": "at last"}, expect=200)
    page = await asyncio.wait_for(waiting, 15)
    assert [event["data"]["content"] for event in page["data"]] == ["at last"]
    assert (await pull(server, cursor=page["cursor"]))["data"] == []


async def test_what_is_wrong_is_refused(server):
    for query in [{"cursor": "x"}, {"cursor": "1.2.3"}, {"cursor": "1.2"}, {"limit": 101}, {"wait": 31}]:
        await pull(server, expect=422, **query)
    await call(server, "GET", "/api/v2/server/events", expect=401)


async def test_a_kill_loses_nothing(new_database):
    """Ten times, while somebody talks: what was acknowledged is pulled once, whenever the server died."""
    with Server(new_database(), **FLAGS) as server:
        ann, bob = await register_many(server, 2)
        chat = await group(ann, bob)
        said, cursor, events = [], None, []

        async def more(**query):
            nonlocal cursor
            page = await pull(server, **({} if cursor is None else {"cursor": cursor}), **query)
            cursor = page["cursor"]
            events.extend(page["data"])
            return page["data"]

        for life in range(10):
            for n in range(5):
                body = {"content": f"{life}.{n}"}
                answer = await ann.call("POST", f"/api/chats/{chat.id}/messages", body, expect=200)
                said.append(answer.data["content"])
                if n == life % 5:
                    await more()
            server.kill()
            # Connections that were kept are of no more use.
            await close()
            server.start()
        while len([event for event in events if event["type"] == "message.created"]) < len(said):
            assert await more(wait=30), f"only {len(events)} came"
        assert [event["data"]["content"] for event in events if event["type"] == "message.created"] == said
