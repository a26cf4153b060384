"""Who may do what: strangers, removed members and members, over every route. Commands and events have theirs in test_events.

A route that the OpenAPI document names and this table does not is a failure: whoever adds one says who may use it.
"""

import asyncio
import re

import pytest

from harness import ids
from harness.dialects import Bare, Multiplexed, Refused, Rest, Room, Roulette, SocketIo, joined
from harness.http import call
from harness.people import add, group, register_many, remove

# Routes of a chat: what a member sends, and the statuses that mean "you may".
CHAT_ROUTES = {
    "GET /chats/{id}": (None, {200}),
    "PATCH /chats/{id}": ({"title": "New"}, {200, 403}),
    # Only its owner ends a group, and only a direct chat is taken off a list.
    "DELETE /chats/{id}": (None, {403}),
    "PUT /chats/{id}/hidden": (None, {403}),
    "GET /chats/{id}/members": (None, {200}),
    "POST /chats/{id}/members": ({"username": "{other}"}, {200, 201, 403}),
    "DELETE /chats/{id}/members/{user}": (None, {200, 204, 403}),
    # Only who leads a group acts on others, and nobody on somebody of their own rank.
    "PATCH /chats/{id}/members/{user}": ({"role": "moderator"}, {403}),
    "PUT /chats/{id}/mutes/{user}": ({}, {403}),
    "DELETE /chats/{id}/mutes/{user}": (None, {403}),
    "PUT /chats/{id}/bans/{user}": ({}, {403}),
    "DELETE /chats/{id}/bans/{user}": (None, {403}),
    "GET /chats/{id}/bans": (None, {403}),
    "GET /chats/{id}/audit": (None, {403}),
    "GET /chats/{id}/messages": (None, {200}),
    "POST /chats/{id}/messages": ({"content": "text"}, {200, 201}),
    "GET /chats/{id}/messages/{message}": (None, {200}),
    "GET /chats/{id}/messages/{message}/likes": (None, {200}),
    "GET /chats/{id}/messages/{message}/readers": (None, {200}),
    "PATCH /chats/{id}/messages/{message}": ({"content": "changed"}, {200, 403}),
    "DELETE /chats/{id}/messages/{message}": (None, {200, 204, 403}),
    "PUT /chats/{id}/messages/{message}/like": (None, {200}),
    "DELETE /chats/{id}/messages/{message}/like": (None, {200}),
    "PUT /chats/{id}/messages/{message}/reactions/{emoji}": (None, {200}),
    "DELETE /chats/{id}/messages/{message}/reactions/{emoji}": (None, {200}),
    "GET /chats/{id}/messages/{message}/reactions": (None, {200}),
    "GET /chats/{id}/messages/{message}/replies": (None, {200}),
    "POST /chats/{id}/messages/{message}/reports": ({"reason": "rude"}, {200, 201}),
    # Only its owner and moderators pin in a group.
    "PUT /chats/{id}/messages/{message}/pin": (None, {403}),
    "DELETE /chats/{id}/messages/{message}/pin": (None, {403}),
    "GET /chats/{id}/pins": (None, {200}),
    "GET /chats/{id}/notify": (None, {200}),
    "PUT /chats/{id}/notify": ({"level": "all"}, {200}),
    "POST /chats/{id}/read": ({}, {200}),
    "POST /chats/{id}/typing": ({"is_typing": True}, {200, 204}),
}
# Dialect 1's two ways to hear.
MORE_CHAT_ROUTES = {"GET /chats/{id}/poll": (None, {200}), "GET /chats/{id}/stream": (None, {200})}
# Routes without a chat: whoever is logged in, or anybody.
OWN_ROUTES = {
    "GET /chats",
    "POST /chats",
    "GET /users",
    "PUT /users/{user}/block",
    "DELETE /users/{user}/block",
    "GET /blocks",
    "POST /files",
    "POST /files/{file}/done",
    "GET /search",
    "GET /push/key",
    "PUT /push/subscriptions",
    "DELETE /push/subscriptions",
    "GET /auth/me",
    "PATCH /auth/me",
    "DELETE /auth/me",
    "POST /auth/password",
    "GET /notifications",
    "POST /notifications/{notification}/read",
    "POST /notifications/read_all",
    "POST /chatroulette/search",
    "DELETE /chatroulette/search",
    "POST /chatroulette/next",
    "POST /chatroulette/leave",
}
OPEN_ROUTES = {
    "POST /auth/register",
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/logout",
    # Whoever has the address, which nobody can guess.
    "PUT /files/{file}",
    "GET /files/{file}/{name}",
}
PREFIXES = ["/api", "/api/v1", "/api/v2"]


@pytest.fixture
def story(server):
    """An owner, a member, somebody removed and a stranger, with one message of the member in the chat."""

    async def tell():
        owner, member, removed, stranger, other = await register_many(server, 5)
        chat = await group(owner, member, removed)
        answer = await member.call("POST", f"/api/chats/{chat.id}/messages", {"content": "mine"}, expect=200)
        await remove(owner, chat, removed)
        return (
            chat,
            answer.data["id"],
            {"owner": owner, "member": member, "removed": removed, "stranger": stranger},
            other,
        )

    return tell


def filled(route, prefix, chat, message, user, other):
    method, path = route.split()
    whole = prefix == "/api"
    path = path.replace("{id}", str(chat.id) if whole else chat.uuid)
    path = path.replace("{emoji}", "%F0%9F%91%8D")
    path = path.replace("{message}", str(message) if whole else ids.uuid(ids.MESSAGE, message))
    return method, prefix + path.replace("{user}", str(other.id) if whole else other.uuid)


async def documented(server):
    """`METHOD /path` of everything in the OpenAPI document, path parameters without their names."""
    document = (await call(server, "GET", "/api/openapi.json", expect=200)).body
    return {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if method in ("get", "post", "put", "patch", "delete")
    }


def anonymous(route):
    return re.sub(r"\{[^}]*\}", "{}", route)


async def test_every_documented_route_has_an_entry(server):
    entries = {anonymous(route) for route in [*CHAT_ROUTES, *MORE_CHAT_ROUTES, *OWN_ROUTES, *OPEN_ROUTES]}
    unknown = []
    for route in await documented(server):
        method, path = route.split()
        prefix = next((prefix for prefix in reversed(PREFIXES) if path.startswith(prefix + "/")), None)
        # The back ends' tree has its own tests, operations are open.
        if prefix is None or path.startswith("/api/v2/server/") or path in ("/api/openapi.json", "/api/asyncapi.json"):
            continue
        if anonymous(f"{method} {path.removeprefix(prefix)}") not in entries:
            unknown.append(route)
    assert unknown == []


async def test_every_route_of_a_chat_is_documented(server):
    known = {anonymous(route) for route in await documented(server)}
    missing = [
        f"{prefix} {route}"
        for prefix in PREFIXES
        for route in CHAT_ROUTES
        if anonymous(" ".join((route.split()[0], prefix + route.split()[1]))) not in known
    ]
    assert missing == []


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("route", [*CHAT_ROUTES, "GET /chats/{id}/poll"])
async def test_routes(server, story, prefix, route):
    if route.endswith("poll") and prefix != "/api":
        return
    chat, message, people, other = await story()
    body, allowed = (CHAT_ROUTES | MORE_CHAT_ROUTES)[route]
    if body and body.get("username"):
        body = {"username": other.username}
    method, path = filled(route, prefix, chat, message, people["member"], people["member"])
    for who in ("stranger", "removed"):
        answer = await people[who].call(method, path, body)
        assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), f"{who}: {answer.text}"
        # The room is judged before the message: nothing tells whether that exists.
        far = filled(route, prefix, chat, message + 10**6, other, other)
        answer = await people[who].call(far[0], far[1], body)
        assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN"), f"{who}: {answer.text}"
    nobody = await call(server, method, path, body)
    assert (nobody.status, nobody.body["code"]) == (401, "UNAUTHORIZED")
    answer = await people["member"].call(method, path, body)
    assert answer.status in allowed, answer.text


@pytest.mark.parametrize("who", ["stranger", "removed"])
async def test_handshakes(server, story, who):
    chat, _, people, _ = await story()
    for dialect in (Rest, Bare, Room, Roulette):
        with pytest.raises(Refused) as refused:
            await dialect(people[who], chat).join()
        assert (refused.value.status, refused.value.body["code"]) == (403, "FORBIDDEN")


async def test_a_message_of_another_room_is_not_found(server, story):
    chat, message, people, _ = await story()
    other = await group(people["member"])
    async with joined(Multiplexed(people["member"], other), SocketIo(people["member"], other)) as (multi, io):
        await multi.like(message)
        assert (await multi.next("error"))["code"] == "MESSAGE_NOT_FOUND"
        await io.like(message)
        assert io.ack["code"] == "MESSAGE_NOT_FOUND"
    path = f"/api/chats/{other.id}/messages/{message}"
    answer = await people["member"].call("PATCH", path, {"content": "x"}, expect=404)
    assert answer.body["code"] == "MESSAGE_NOT_FOUND"
    assert chat.id != other.id


async def test_the_removed_hear_it_and_then_nothing(server):
    owner, removed = await register_many(server, 2)
    chat = await group(owner, removed)
    closing = [Rest(removed, chat), Room(removed, chat), Roulette(removed, chat), Bare(removed, chat)]
    staying = [Multiplexed(removed, chat), SocketIo(removed, chat)]
    async with joined(Multiplexed(owner, chat), *closing, *staying) as (witness, *_):
        await remove(owner, chat, removed)
        for client in closing:
            if not isinstance(client, Bare):
                await client.next("member_removed")
            code = await client.inbox.closed()
            assert code == 4403 or isinstance(client, Rest)
        await staying[0].next("member_removed")
        await staying[1].next("chat:member:removed")
        await witness.message("not for the removed")
        # They hear of being added again without having joined, and of nothing before it.
        await add(owner, chat, removed)
        for client, name in zip(staying, ("member_added", "chat:member:added"), strict=True):
            frames = await client.until(name)
            kinds = {frame.get("event") or frame["type"] for frame in frames}
            assert not kinds & {"new_message", "chat:message:new"}


async def test_in_a_race_nobody_sends_after_the_removal(server):
    owner, member = await register_many(server, 2)
    for _ in range(10):
        chat = await group(owner, member)
        async with joined(Multiplexed(owner, chat), cursor="") as (witness,):
            path = f"/api/chats/{chat.id}/messages"
            sends = [member.call("POST", path, {"content": f"{number}"}) for number in range(10)]
            removal = remove(owner, chat, member)
            await asyncio.gather(*sends[:5], removal, *sends[5:])
            mark = await witness.message("mark")
            await witness.next(lambda frame: frame["type"] == "new_message" and frame["message"]["id"] == mark)
            kinds = [frame["type"] for frame in witness.inbox.heard]
            durable = [name for name in kinds if name in ("new_message", "member_removed")]
            assert durable[durable.index("member_removed") :] == ["member_removed", "new_message"]
