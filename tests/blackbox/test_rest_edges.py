"""The trees where they refuse: no message, too big, too fast, unknown; and what stands beside them."""

import pytest

from harness import ids
from harness.dialects import Multiplexed, joined
from harness.frames import error
from harness.http import call, session
from harness.people import group, register, register_many
from harness.shapes import same
from harness.tree import sent


@pytest.mark.parametrize("content", ["", "  \n\t ", None, 7, ["a"], "nul \0 here"])
async def test_what_is_no_message(server, tree, content):
    anna = await register(server)
    chat = await group(anna)
    answer = await anna.call("POST", tree.path(chat, "/messages"), {"content": content}, expect=422)
    same(answer.body, tree.error("INVALID_DATA"))


async def test_sizes_are_bytes(server, tree):
    anna = await register(server)
    chat = await group(anna)
    await sent(anna, tree, chat, "ж" * (8 * 1024))
    body = {"content": "ж" * (8 * 1024) + "!"}
    answer = await anna.call("POST", tree.path(chat, "/messages"), body, expect=413)
    same(answer.body, tree.error("MESSAGE_TOO_LARGE"))


async def test_bodies_that_do_not_parse(server, tree):
    anna = await register(server)
    chat = await group(anna)
    for raw in (b"{", b"", b"\xff\xfe", b"[]", b"null", b'{"content": "a"'):
        answer = await anna.call("POST", tree.path(chat, "/messages"), raw=raw, expect=422)
        same(answer.body, tree.error("INVALID_DATA"))


async def test_unknown_routes_and_methods(server, tree):
    anna = await register(server)
    answer = await anna.call("GET", f"{tree.prefix}/nonsense", expect=404)
    same(answer.body, tree.error("NOT_FOUND"))
    answer = await anna.call("PUT", f"{tree.prefix}/chats", {}, expect=405)
    same(answer.body, tree.error("METHOD_NOT_ALLOWED"))
    assert {name.strip() for name in answer.headers["Allow"].split(",")} >= {"GET", "POST"}


@pytest.mark.parametrize("path", ["/ws", "/chat/1", "/ws/chat/1/", "/api/v1/ws", "/api/chats/1/stream"])
async def test_doors_take_one_method(server, path):
    """A stream that is fetched with a header is preceded by a preflight."""
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    answer = await call(server, "OPTIONS", path, headers=asked, expect=204)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    refused = await call(server, "POST", path, {}, expect=405)
    assert refused.body["code"] == "METHOD_NOT_ALLOWED" and refused.headers["Allow"] == "GET"


async def test_ids_that_nobody_has(server, tree):
    anna, stranger = await register_many(server, 2)
    chat = await group(anna)
    ids_ = [
        tree.id(ids.CHAT, 10**9),
        "nonsense",
        ids.uuid(ids.MESSAGE, chat.id),
        "0",
        "-1",
        f"0{chat.id}",
        2**63,
        "1.5",
    ]
    if tree.whole:
        ids_.append(ids.uuid(ids.CHAT, chat.id))
    else:
        ids_ += [chat.id, chat.uuid.replace("-", ""), "{" + chat.uuid + "}", "00000000-0000-4000-8000-000000000000"]
    for spelt in ids_:
        answer = await anna.call("GET", f"{tree.prefix}/chats/{spelt}", expect=404)
        assert answer.body["code"] == "CHAT_NOT_FOUND", spelt
    await stranger.call("GET", tree.path(chat), expect=403)
    if not tree.whole:
        await anna.call("GET", f"{tree.prefix}/chats/{chat.uuid.upper()}", expect=200)


async def test_too_fast(new_server):
    server = new_server(rate_messages="5")
    anna = await register(server)
    chat = await group(anna)
    statuses, answer = [], None
    while 429 not in statuses and len(statuses) < 200:
        answer = await anna.call("POST", f"/api/chats/{chat.id}/messages", {"content": "quick"})
        statuses.append(answer.status)
    assert statuses[-1] == 429 and set(statuses[:-1]) == {200}
    same(answer.body, error(1, "RATE_LIMIT"))
    assert int(answer.headers["Retry-After"]) >= 1


async def test_health(server):
    for path in ("/healthz", "/readyz"):
        assert (await call(server, "GET", path)).status == 200


async def test_several_addresses_serve_the_same(new_server):
    server = new_server(listen="127.0.0.1:0")
    first, second = server.ports
    anna = await register(server)
    chat = await group(anna)
    async with joined(Multiplexed(anna, chat)) as (client,):
        server.port = second
        answer = await anna.call("POST", f"/api/chats/{chat.id}/messages", {"content": "by the other door"}, expect=200)
        assert (await client.next("new_message"))["message"]["id"] == answer.data["id"]
        server.port = first


async def test_the_admin_address(server):
    for path in ("/healthz", "/readyz", "/metrics"):
        async with session().get(server.admin_url + path) as response:
            assert response.status == 200, path
            text = await response.text()
    for name in ("store_latency_seconds_count", "outbox_waiting_bytes", "websocket_reconnections_total"):
        assert f"\n{name} " in text, name
    # What only operators see is nowhere else.
    assert (await call(server, "GET", "/metrics")).status == 404
