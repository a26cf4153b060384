"""The three trees of REST, the back ends' and the roulette, as they were recorded."""

import pytest

from harness import people
from harness.cast import BACK_END_KEY
from harness.wires import Http, WebSocket

pytestmark = pytest.mark.database
KEY = {"X-Api-Key": BACK_END_KEY}
SERVER = "/api/v2/server"


async def test_trees(play):
    evening, we = await play("trees")
    for wire, tree in [(we.rest, "/api"), (we.v1, "/api/v1"), (we.v2, "/api/v2")]:
        async with evening.step(f"Accounts of {tree}"):
            await accounts(evening, wire, tree)
        async with evening.step(f"Chats of {tree}"):
            await chats(we, wire, tree)
        async with evening.step(f"Messages of {tree}"):
            await messages(we, wire, tree)
        async with evening.step(f"Refusals of {tree}"):
            await refusals(we, wire, tree)
    await evening.end()


async def accounts(evening, wire, tree):
    name = "new" + tree.replace("/", ".")
    nobody = Http(evening, f"nobody at {tree}", None)
    fields = {"username": name, "password": people.PASSWORD, "name": "New"}
    said = await nobody.ask("POST", f"{tree}/auth/register", fields)
    await nobody.ask("POST", f"{tree}/auth/register", fields)
    await nobody.ask("POST", f"{tree}/auth/login", fields | {"password": "another password"})
    await nobody.ask("POST", f"{tree}/auth/login", {"username": name, "password": people.PASSWORD})
    said = await nobody.ask("POST", f"{tree}/auth/refresh", {"refresh_token": said["refresh_token"]})
    theirs = {"Authorization": f"Bearer {said['access_token']}"}
    await nobody.ask("GET", f"{tree}/auth/me", headers=theirs)
    await nobody.ask("POST", f"{tree}/auth/logout", {"refresh_token": said["refresh_token"]}, headers=theirs)
    await wire.ask("GET", f"{tree}/users?query={name[:4]}")


async def chats(we, wire, tree):
    felix = we.felix.id if tree == "/api" else we.felix.uuid
    await wire.ask("POST", f"{tree}/chats", {"type": "direct", "user_id": felix})
    await wire.ask("POST", f"{tree}/chats", {"type": "direct", "username": "felix"})
    said = await wire.ask("POST", f"{tree}/chats", {"type": "group", "title": "Another", "member_ids": [felix]})
    room = f"{tree}/chats/{said['data']['id']}"
    await wire.ask("GET", f"{tree}/chats?limit=2")
    await wire.ask("GET", room)
    await wire.ask("PATCH", room, {"title": "Renamed"})
    await wire.ask("GET", f"{room}/members?limit=1")
    await wire.ask("DELETE", f"{room}/members/{felix}")
    await wire.ask("POST", f"{room}/members", {"username": "felix"})


async def messages(we, wire, tree):
    room = f"{tree}/chats/{we.room.id if tree == '/api' else we.room.uuid}"
    said = await wire.ask("POST", f"{room}/messages", {"content": "first", "client_id": "x"})
    message = f"{room}/messages/{said['data']['id']}"
    await wire.ask("POST", f"{room}/messages", {"content": "first"}, headers={"Idempotency-Key": "x"})
    await wire.ask("POST", f"{room}/messages", {"content": "other", "client_id": "x"})
    await wire.ask("PATCH", message, {"content": "edited"})
    for method in ["PUT", "DELETE", "PUT", "PUT"]:
        await wire.ask(method, f"{message}/like")
    await wire.ask("GET", f"{message}/likes")
    await wire.ask("GET", f"{room}/messages?limit=1")
    await wire.ask("POST", f"{room}/typing", {"is_typing": False})
    await wire.ask("POST", f"{room}/read", {"message_id": said["data"]["id"]})
    await wire.ask("GET", f"{message}/readers")
    await wire.ask("DELETE", message)
    await wire.ask("DELETE", message)


async def refusals(we, wire, tree):
    room = f"{tree}/chats/{we.room.id if tree == '/api' else we.room.uuid}"
    for body in [{}, {"content": 1}, {"content": " "}, {"content": "x", "type": "nonsense"}, {"content": "x" * 17000}]:
        await wire.ask("POST", f"{room}/messages", body)
    await wire.ask("POST", f"{room}/messages", raw="{")
    await wire.ask("POST", f"{room}/messages", raw="[]")
    await wire.ask("GET", f"{room}/messages?limit=101")
    await wire.ask("GET", f"{room}/messages?before_id=0")
    await wire.ask("GET", f"{tree}/chats/999999")
    await wire.ask("GET", f"{tree}/nonsense")
    await wire.ask("PUT", f"{tree}/chats")
    await wire.ask("GET", f"{tree}/chats", headers={"Authorization": "Bearer nonsense"})


async def test_back_ends(play):
    evening, we = await play("back_ends")
    await we.open("io", "own")
    for path, body in back_ends_say(we).items():
        async with evening.step(f"A back end: {path}"):
            await we.admin.ask("POST", f"{SERVER}/{path}", body, headers=KEY)
    async with evening.step("Eva reads her notifications"):
        said = await we.v2.ask("GET", "/api/v2/notifications?is_read=false")
        await we.v2.ask("POST", f"/api/v2/notifications/{said['data'][0]['id']}/read")
        await we.v2.ask("POST", "/api/v2/notifications/read_all")
        await we.v2.ask("GET", "/api/v2/notifications?limit=1")
    async with evening.step("Eva reads one on her socket"):
        await we.io.call(1, "notification:read", {"notification_id": said["data"][0]["id"]})
    async with evening.step("Somebody who has not come yet"):
        await we.admin.ask("PUT", f"{SERVER}/users/{we.felix.uuid}", {"name": "Felix the second"}, headers=KEY)
    async with evening.step("Keys that are none"):
        await we.admin.ask("POST", f"{SERVER}/notifications", {})
        await we.admin.ask("POST", f"{SERVER}/notifications", {}, headers={"X-Api-Key": "nonsense"})
        await we.admin.ask("POST", f"{SERVER}/notifications", {}, headers=KEY)
    async with evening.step("Eva is disconnected"):
        await we.admin.ask("POST", f"{SERVER}/users/{we.eva.uuid}/disconnect", headers=KEY)
    await evening.end()


def back_ends_say(we):
    people_of_it = {"user_id": we.boris.uuid, "user_name": "Boris"}
    return {
        "notifications": {
            "user_id": we.eva.uuid,
            "type": "booking_request",
            "title": "Запись",
            "body": "Мастер",
            "data": {"booking_id": "7"},
        },
        "posts/p1/liked": people_of_it | {"likes_count": 3, "followers": [we.eva.uuid]},
        "posts/p1/commented": {
            "author_id": we.eva.uuid,
            "comment": {"id": "c", "text": "!", "n": [1, None]},
            "comments_count": 2,
        },
        "chats": {"owner_id": we.eva.uuid, "type": "group", "title": "Made", "member_ids": [we.dima.uuid]},
        f"chats/{we.room.uuid}/messages": {"user_id": we.boris.uuid, "content": "from his back end"},
    }


async def test_roulette(play):
    evening, we = await play("roulette", roulette_grace="60s")
    felix = Http(evening, "felix http", we.felix)
    roulette = "/api/v1/chatroulette"
    await we.open("own")
    async with evening.step("Felix comes"):
        other = await WebSocket(evening, "felix own", we.felix).open("/api/v1/ws")
    async with evening.step("Dima searches"):
        await we.v1.ask("POST", f"{roulette}/search")
        await we.v1.ask("POST", f"{roulette}/search")
    async with evening.step("Felix searches"):
        said = await felix.ask("POST", f"{roulette}/search")
    async with evening.step("They talk"):
        await felix.ask("POST", f"/api/v1/chats/{said['data']['chat_id']}/messages", {"content": "hello, stranger"})
    async with evening.step("Felix wants another"):
        await felix.ask("POST", f"{roulette}/next")
    async with evening.step("Felix stops"):
        await felix.ask("DELETE", f"{roulette}/search")
        await felix.ask("POST", f"{roulette}/leave")
        await felix.ask("POST", f"/api/v1/chats/{said['data']['chat_id']}/messages", {"content": "too late"})
    async with evening.step("Felix goes"):
        await other.close()
    await evening.end()
