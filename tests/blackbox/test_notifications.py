"""Notifications and the back ends' API: what trusted servers say, and what people see of it."""

import asyncio

import pytest

from harness import ids
from harness.dialects import Multiplexed, Rest, Room, SocketIo, joined
from harness.http import call
from harness.people import group, new_name, register, register_many
from harness.shapes import CHAT_UUID, MESSAGE_UUID, NOTIFICATION_UUID, SECONDS, TEXT, USER_UUID, same

KEYS = ["first-key-of-the-back-end", "second-key-for-rotation"]
FLAGS = {"api_key": KEYS}
SERVER = "/api/v2/server"
TYPES = [
    "booking_request",
    "booking_confirmed",
    "booking_cancelled",
    "friend_request",
    "friend_accepted",
    "post_liked",
    "post_commented",
    "post_reposted",
    "mention",
    "review_received",
    "auto_booking_proposal",
]


async def backend(server, method, path, body=None, *, key=KEYS[0], expect=None, **more):
    headers = more.pop("headers", {}) | ({"X-Api-Key": key} if key else {})
    return await call(server, method, SERVER + path, body, headers=headers, expect=expect, **more)


def notification(type_, title, body, data, is_read=False):
    return {
        "id": NOTIFICATION_UUID,
        "type": type_,
        "title": title,
        "body": body,
        "data": data,
        "created_at": SECONDS,
        "is_read": is_read,
    }


async def notify(server, user, number=0, **changed):
    body = {"user_id": user.uuid, "type": TYPES[number % 11], "title": f"title {number}", "body": "body"} | changed
    return (await backend(server, "POST", "/notifications", body, expect=201)).data


async def test_every_type_reaches_every_socket_and_stays(server):
    anna, other = await register_many(server, 2)
    async with joined(SocketIo(anna, None), SocketIo(anna, None), SocketIo(other, None)) as (one, two, stranger):
        for number, type_ in enumerate(TYPES):
            data = {"booking_id": f"{number}", "nested": {"is": ["kept", None]}}
            body = {"user_id": anna.uuid, "type": type_, "title": "Запись", "body": "Мастер", "data": data}
            answer = await backend(server, "POST", "/notifications", body, expect=201)
            wanted = notification(type_, "Запись", "Мастер", data)
            same(answer.body, {"data": wanted})
            for client in (one, two):
                got = await client.next("notification:new")
                same(got["data"], wanted)
                assert got["data"]["id"] == answer.data["id"]
        listed = await anna.call("GET", "/api/v2/notifications", expect=200)
        assert [item["type"] for item in listed.data] == TYPES[::-1]
        assert listed.body["next_before"] is None
        assert "notification:new" not in [frame["event"] for frame in stranger.inbox.heard]


async def test_reading_one_and_all(server):
    anna = await register(server)
    made = [(await notify(server, anna, number))["id"] for number in range(5)]
    async with joined(SocketIo(anna, None)) as (client,):
        ack = await client.call("notification:read", {"notification_id": made[0]})
        same(ack, {"notification_id": made[0], "is_read": True, "read_at": SECONDS})
        assert await client.call("notification:read", {"notification_id": made[0]}) == ack
        missing = await client.call("notification:read", {"notification_id": ids.uuid(ids.NOTIFICATION, 10**9)})
        same(missing, {"status": "error", "code": "NOTIFICATION_NOT_FOUND", "message": TEXT})
    answer = await anna.call("POST", f"/api/v2/notifications/{made[1]}/read", expect=200)
    assert answer.data["is_read"] is True
    again = await anna.call("POST", f"/api/v2/notifications/{made[1]}/read", expect=200)
    assert again.body == answer.body
    unread = await anna.call("GET", "/api/v2/notifications?is_read=false", expect=200)
    assert [item["id"] for item in unread.data] == made[:1:-1]
    read = await anna.call("GET", "/api/v2/notifications?is_read=true", expect=200)
    assert [item["id"] for item in read.data] == made[1::-1]
    answer = await anna.call("POST", "/api/v2/notifications/read_all", expect=200)
    same(answer.body, {"data": {"updated": 3}})
    answer = await anna.call("POST", "/api/v2/notifications/read_all", expect=200)
    same(answer.body, {"data": {"updated": 0}})


async def test_pages(server):
    anna = await register(server)
    made = [(await notify(server, anna, number))["id"] for number in range(12)]
    got, query = [], "?limit=5"
    while True:
        page = await anna.call("GET", f"/api/v2/notifications{query}", expect=200)
        got += [item["id"] for item in page.data]
        if page.body["next_before"] is None:
            break
        query = f"?limit=5&before_id={page.body['next_before']}"
    assert got == made[::-1]


async def test_of_others_is_not_found(server):
    anna, boris = await register_many(server, 2)
    made = (await notify(server, anna))["id"]
    answer = await boris.call("POST", f"/api/v2/notifications/{made}/read", expect=404)
    same(answer.body, {"code": "NOTIFICATION_NOT_FOUND", "message": TEXT, "timestamp": SECONDS})


async def test_a_repeat_is_the_same_notification(server):
    anna = await register(server)
    body = {"user_id": anna.uuid, "type": "mention", "title": "t", "body": "b", "client_id": "n-1"}
    async with joined(SocketIo(anna, None)) as (client,):
        answers = await asyncio.gather(*(backend(server, "POST", "/notifications", body) for _ in range(5)))
        assert len({answer.data["id"] for answer in answers}) == 1
        same(answers[0].data["data"], {})
        mark = await notify(server, anna)
        await client.next(lambda frame: frame["event"] == "notification:new" and frame["data"]["id"] == mark["id"])
        heard = [frame["data"]["id"] for frame in client.inbox.heard if frame["event"] == "notification:new"]
        assert heard == [answers[0].data["id"], mark["id"]]
    conflict = await backend(server, "POST", "/notifications", body | {"title": "other"}, expect=409)
    assert conflict.body["code"] == "CONFLICT"


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "nonsense"},
        {"type": None},
        {"title": 7},
        {"body": None},
        {"data": []},
        {"data": "text"},
        {"user_id": 7},
        {"user_id": "nonsense"},
    ],
    ids=str,
)
async def test_what_is_no_notification(server, changed):
    anna = await register(server)
    body = {"user_id": anna.uuid, "type": "mention", "title": "t", "body": "b"} | changed
    answer = await backend(server, "POST", "/notifications", body, expect=422)
    same(answer.body, {"code": "INVALID_DATA", "message": TEXT, "timestamp": SECONDS})


async def test_a_notification_for_nobody(server):
    body = {"user_id": ids.uuid(ids.USER, 10**9), "type": "mention", "title": "t", "body": "b"}
    answer = await backend(server, "POST", "/notifications", body, expect=404)
    assert answer.body["code"] == "USER_NOT_FOUND"


ROUTES = [
    ("POST", "/notifications"),
    ("POST", "/posts/p/liked"),
    ("POST", "/posts/p/commented"),
    ("POST", "/chats"),
    ("POST", "/chats/63686174-0002-8000-8000-000000000001/messages"),
    ("PUT", "/users/anybody"),
    ("POST", "/users/63686174-0001-8000-8000-000000000001/disconnect"),
]


@pytest.mark.parametrize("method, path", ROUTES)
async def test_the_key(server, method, path):
    anna = await register(server)
    for key in (None, "", "wrong", KEYS[0] + "x", KEYS[0][:-1], KEYS[0].upper()):
        answer = await backend(server, method, path, {}, key=key, expect=401)
        same(answer.body, {"code": "UNAUTHORIZED", "message": TEXT, "timestamp": SECONDS})
    # A person's token is no key.
    answer = await backend(server, method, path, {}, key=None, token=anna.token, expect=401)
    for key in KEYS:
        assert (await backend(server, method, path, {}, key=key)).status != 401
    for raw in (b"{", b"[]", b"7"):
        answer = await backend(server, method, path, key=KEYS[0], raw=raw)
        assert answer.status in (404, 422) or path.endswith("disconnect"), answer.text


async def test_without_a_key_there_is_no_such_tree(new_server):
    server = new_server()
    for method, path in ROUTES:
        answer = await backend(server, method, path, {}, key="anything", expect=404)
        assert answer.body["code"] == "NOT_FOUND"


async def test_a_liked_post_reaches_its_followers(server):
    anna, boris, clara = await register_many(server, 3)
    async with joined(SocketIo(boris, None), SocketIo(clara, None)) as (follower, other):
        body = {"user_id": anna.uuid, "user_name": "Анна", "likes_count": 125, "followers": [boris.uuid]}
        await backend(server, "POST", "/posts/post-1/liked", body, expect=202)
        wanted = {"post_id": "post-1", "user_id": anna.uuid, "user_name": "Анна", "likes_count": 125}
        same((await follower.next("post:liked"))["data"], wanted)
        await notify(server, clara)
        frames = await other.until("notification:new")
        assert "post:liked" not in [frame["event"] for frame in frames]


async def test_ten_thousand_followers(server):
    anna, boris = await register_many(server, 2)
    followers = [ids.uuid(ids.USER, number) for number in range(10**6, 10**6 + 9_999)] + [boris.uuid]
    async with joined(SocketIo(boris, None)) as (client,):
        body = {"user_id": anna.uuid, "user_name": "Анна", "likes_count": 1, "followers": followers}
        answer = await backend(server, "POST", "/posts/p/liked", body)
        assert answer.status in (202, 413, 422), answer.text
        if answer.status == 202:
            await client.next("post:liked")


async def test_a_comment_reaches_the_author(server):
    anna = await register(server)
    comment = {
        "id": "comment-1",
        "author_id": "user-1",
        "author_name": "Мария",
        "author_avatar": "https://example.org/m.png",
        "content": "Классная работа!",
        "created_at": "2026-01-09T12:00:00Z",
    }
    async with joined(SocketIo(anna, None)) as (client,):
        body = {"author_id": anna.uuid, "comment": comment, "comments_count": 42}
        await backend(server, "POST", "/posts/post-1/commented", body, expect=202)
        wanted = {"post_id": "post-1", "comment": comment, "comments_count": 42}
        same((await client.next("post:commented"))["data"], wanted)
    for bad in ({"comment": "text"}, {"comments_count": -1}, {"author_id": 7}):
        await backend(server, "POST", "/posts/post-1/commented", body | bad, expect=422)
    await backend(server, "POST", f"/posts/{'x' * 65}/commented", body, expect=422)


async def test_chats_and_messages_in_a_users_name(server):
    anna, boris = await register_many(server, 2)
    body = {"owner_id": anna.uuid, "type": "group", "title": "Made for you", "member_ids": [boris.uuid]}
    made = (await backend(server, "POST", "/chats", body, expect=201)).data
    assert {member["id"]: member["role"] for member in made["members"]} == {anna.uuid: "owner", boris.uuid: "member"}
    same(made["id"], CHAT_UUID)
    chat = type("Chat", (), {"id": ids.number(made["id"]), "uuid": made["id"]})()
    async with joined(SocketIo(boris, chat), Multiplexed(anna, chat)) as (io, multi):
        body = {"user_id": anna.uuid, "content": "said for Anna", "client_id": "b-1"}
        first = await backend(server, "POST", f"/chats/{made['id']}/messages", body, expect=201)
        same(first.data["id"], MESSAGE_UUID)
        again = await backend(server, "POST", f"/chats/{made['id']}/messages", body)
        assert again.data["id"] == first.data["id"]
        for client, name in ((io, "chat:message:new"), (multi, "new_message")):
            await client.next(name)
        stranger = await register(server)
        body = {"user_id": stranger.uuid, "content": "not a member"}
        answer = await backend(server, "POST", f"/chats/{made['id']}/messages", body, expect=403)
        assert answer.body["code"] == "FORBIDDEN"


async def test_people_who_have_not_come_yet(server):
    boris = await register(server)
    body = {"name": "Будущая", "username": new_name("future"), "avatar": "https://example.org/f.png"}
    made = (await backend(server, "PUT", f"/users/{new_name('subject')}", body)).data
    same(made["id"], USER_UUID)
    assert (made["name"], made["username"], made["avatar"]) == (body["name"], body["username"], body["avatar"])
    direct = {"type": "direct", "user_id": made["id"]}
    chat = (await boris.call("POST", "/api/v2/chats", direct, expect=201)).data
    assert made["id"] in [member["id"] for member in chat["members"]]


async def test_disconnecting_somebody(server):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    clients = [Multiplexed(anna, chat), Room(anna, chat)]
    io, stream, other = SocketIo(anna, chat), Rest(anna, chat), Multiplexed(boris, chat)
    async with joined(*clients, io, stream, other):
        await backend(server, "POST", f"/users/{anna.uuid}/disconnect", expect=204)
        for client in clients:
            assert await client.inbox.closed() == 4403
        await io.inbox.closed()
        await stream.inbox.closed()
        await other.send({"type": "ping"})
        await other.next("pong")
    await backend(server, "POST", f"/users/{ids.uuid(ids.USER, 10**9)}/disconnect", expect=404)
