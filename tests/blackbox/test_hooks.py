"""Back ends are told what happens: signed, at least once, in the order of each room, whatever dies meanwhile."""

import asyncio
import os
import signal
from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness import ids
from harness.hooks import KEY, Hook, ask
from harness.http import call, close
from harness.nodes import Nodes
from harness.people import group, register_many
from harness.server import Server

FLAGS = {"api_key": KEY, "allow_private_webhooks": True}


async def say(user, chat, text):
    answer = await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": text}, expect=200)
    return answer.data["id"]


async def listed(server):
    """What operators see of them, by id."""
    answer = await call(SimpleNamespace(url=server.admin_url), "GET", "/admin/api/webhooks", expect=200)
    return {one["id"]: one for one in answer.data}


async def test_everything_after_its_creation_is_posted_in_order(server):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    await say(ann, chat, "before")
    async with Hook() as hook:
        webhook = await hook.subscribe(server)
        path = f"/api/chats/{chat.id}"
        first, second = await say(ann, chat, "one"), await say(ann, chat, "two")
        await hook.until(lambda events: len(events) == 2)
        await bob.call("PUT", f"{path}/messages/{first}/like", expect=200)
        await ann.call("PATCH", f"{path}/messages/{first}", {"content": "better"}, expect=200)
        await ann.call("DELETE", f"{path}/messages/{second}", expect=200)
        other = await group(ann)
        await hook.until(lambda events: len(events) >= 6)
        told = [event for event in hook.events if event["data"]["chat_id"] == ids.uuid(ids.CHAT, chat.id)]
        kinds = [event["type"] for event in told]
        assert kinds == ["message.created"] * 2 + ["message.reacted", "message.edited", "message.deleted"]
        assert [event["data"]["seq"] for event in told] == list(
            range(told[0]["data"]["seq"], told[0]["data"]["seq"] + 5)
        )
        assert set(told[0]) == {"id", "type", "timestamp", "data"}
        [made] = [event for event in hook.events if event["data"]["chat_id"] == ids.uuid(ids.CHAT, other.id)]
        assert (made["type"], made["data"]["seq"]) == ("chat.created", 0)
        # The same to pull, under the same names.
        page = await ask(server, "GET", "events?limit=100")
        assert {event["id"] for event in told[2:]} <= {event["id"] for event in page["data"]}
        await ask(server, "DELETE", f"webhooks/{webhook}", expect=204)
    await ask(server, "GET", f"webhooks/{webhook}", expect=404)


async def test_who_wants_some_sorts_of_some_chats_hears_no_others(server):
    [ann] = await register_many(server, 1)
    wanted, other = await group(ann), await group(ann)
    async with Hook() as hook:
        chats = [ids.uuid(ids.CHAT, wanted.id)]
        webhook = await hook.subscribe(server, events=["message.created", "message.deleted"], chat_ids=chats)
        await say(ann, other, "not here")
        sent = await say(ann, wanted, "here")
        await hook.until(lambda events: len(events) == 1)
        await ann.call("PATCH", f"/api/chats/{wanted.id}/messages/{sent}", {"content": "edited"}, expect=200)
        await ann.call("DELETE", f"/api/chats/{wanted.id}/messages/{sent}", expect=200)
        await hook.until(lambda events: len(events) == 2)
        assert [event["type"] for event in hook.tries] == ["message.created", "message.deleted"]
        await ask(server, "DELETE", f"webhooks/{webhook}", expect=204)


async def test_after_a_rotation_both_secrets_sign(server):
    [ann] = await register_many(server, 1)
    chat = await group(ann)
    async with Hook() as hook:
        webhook = await hook.subscribe(server)
        rotated = await ask(server, "POST", f"webhooks/{webhook}/rotate")
        assert rotated["data"]["secret"] != hook.secrets[0]
        for secret in (hook.secrets[0], rotated["data"]["secret"]):
            hook.secrets = [secret]
            await say(ann, chat, secret)
            await hook.until(lambda events: hook.said()[-1:] == [hook.secrets[0]])
        await ask(server, "DELETE", f"webhooks/{webhook}", expect=204)


async def test_who_is_away_is_told_later_and_operators_see_it(server):
    [ann] = await register_many(server, 1)
    chat = await group(ann)
    away, here = Hook(), Hook()
    async with here:
        webhooks = [await away.subscribe(server), await here.subscribe(server)]
        for n in range(20):
            await say(ann, chat, str(n))
        await here.until(lambda events: len(here.said()) == 20)
        while (shown := await listed(server))[webhooks[0]]["state"] != "failing":
            await asyncio.sleep(0.2)
        assert shown[webhooks[0]]["chats_behind"] == 1 and shown[webhooks[0]]["error"]
        assert shown[webhooks[1]]["state"] == "ok"
        async with away:
            await away.until(lambda events: len(away.said()) == 20)
            assert away.said() == [str(n) for n in range(20)]
        for webhook in webhooks:
            await ask(server, "DELETE", f"webhooks/{webhook}", expect=204)


# Longer in a step of its own.
KILLS = int(os.environ.get("CHAT_HOOK_KILLS", "10"))


async def test_a_kill_loses_nothing_and_reorders_nothing(new_database):
    with Server(new_database(), **FLAGS) as server:
        ann, bob = await register_many(server, 2)
        chats = [await group(ann, bob) for _ in range(3)]
        async with Hook() as hook:
            await hook.subscribe(server)
            said = {chat.id: [] for chat in chats}
            for life in range(KILLS):
                for n in range(4):
                    for chat in chats:
                        await say(ann, chat, f"{life}.{n}")
                        said[chat.id].append(f"{life}.{n}")
                if life % 2:
                    # While something is told, and not before all was told.
                    await hook.until(lambda events, life=life: f"{life}." in str(hook.said()[-1:]))
                server.kill()
                await close()
                server.start()
            await hook.until(lambda events: len(hook.said()) == sum(map(len, said.values())))
            for chat in chats:
                told = [event for event in hook.tries if event["data"]["chat_id"] == ids.uuid(ids.CHAT, chat.id)]
                first = list(dict.fromkeys(event["data"]["content"] for event in told))
                assert first == said[chat.id]


@pytest.mark.database
async def test_the_death_of_the_node_that_tells_is_noticed(on_postgres, new_database):
    with Nodes(new_database(), 2, **FLAGS) as nodes:
        [ann] = await register_many(nodes, 1)
        chat = await group(ann)
        async with Hook() as hook:
            await hook.subscribe(nodes)
            said = []
            for end in (signal.SIGSTOP, signal.SIGKILL):
                telling = await who_tells(nodes.nodes)
                other = next(node for node in nodes.nodes if node is not telling)
                said.append(f"before {end.name}")
                await say(replace(ann, server=telling), chat, said[-1])
                telling.process.send_signal(end)
                await close()
                said.append(f"after {end.name}")
                await say(replace(ann, server=other), chat, said[-1])
                await hook.until(lambda events: hook.said()[-1:] == said[-1:])
                if end == signal.SIGSTOP:
                    telling.process.send_signal(signal.SIGCONT)
            assert list(dict.fromkeys(hook.said())) == said


async def who_tells(nodes):
    """The node whose figures know of the webhook."""
    while True:
        for node in nodes:
            answer = await call(SimpleNamespace(url=node.admin_url), "GET", "/metrics")
            if 'webhooks{state="ok"} 1' in answer.text:
                return node
        await asyncio.sleep(0.2)
