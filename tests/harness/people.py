"""Accounts and chats."""

import asyncio
import itertools
import secrets
from dataclasses import dataclass, field

from . import ids
from .http import call

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)
# Names of different test runs on the same database must differ.
_run = secrets.token_hex(3)


@dataclass
class User:
    server: object = field(repr=False)
    id: int
    uuid: str
    username: str
    name: str
    avatar: str
    token: str = field(repr=False)
    refresh: str = field(repr=False)
    cookie: str = field(repr=False)

    async def call(self, method, path, body=None, **more):
        return await call(self.server, method, path, body, token=self.token, **more)


@dataclass
class Chat:
    id: int
    members: list

    @property
    def uuid(self):
        return ids.uuid(ids.CHAT, self.id)


def new_name(stem="user"):
    return f"{stem}.{_run}.{next(_numbers)}"


async def register(server, stem="user", *, name=None, avatar=None):
    """Creates a user. The name differs from the username, so that a test notices which one was shown."""
    username = new_name(stem)
    body = {"username": username, "password": PASSWORD, "name": name or f"{stem.capitalize()} №{username[-3:]}"}
    if avatar is not None:
        body["avatar"] = avatar
    return person(server, await call(server, "POST", "/api/auth/register", body, expect=201))


async def login(server, username, password=PASSWORD):
    body = {"username": username, "password": password}
    return person(server, await call(server, "POST", "/api/auth/login", body, expect=200))


def person(server, answer):
    """Returns the user in an answer of `/api` to a registration, a log-in or a refresh."""
    user = answer.body["user"]
    return User(
        server=server,
        id=user["id"],
        uuid=user["uuid"],
        username=user["username"],
        name=user["name"],
        avatar=user["avatar"],
        token=answer.body["access_token"],
        refresh=answer.body["refresh_token"],
        cookie=session_cookie(answer),
    )


def session_cookie(answer):
    for line in answer.headers.getall("Set-Cookie", []):
        name, _, rest = line.partition("=")
        if name == "sessionid":
            return rest.partition(";")[0]
    return None


async def register_many(server, count, stem="user"):
    return list(await asyncio.gather(*(register(server, stem) for _ in range(count))))


async def group(owner, *members, title="A group"):
    body = {"type": "group", "title": title, "member_ids": [user.id for user in members]}
    answer = await owner.call("POST", "/api/chats", body, expect=201)
    return Chat(answer.data["id"], [owner, *members])


async def room_of(server, count):
    """Creates this many people, and a group of all of them."""
    people = await register_many(server, count)
    return people, await group(*people)


async def direct(one, other, expect=201):
    answer = await one.call("POST", "/api/chats", {"type": "direct", "user_id": other.id}, expect=expect)
    return Chat(answer.data["id"], [one, other])


async def add(owner, chat, user, expect=201):
    return await owner.call("POST", f"/api/chats/{chat.id}/members", {"user_id": user.id}, expect=expect)


async def remove(owner, chat, user, expect=200):
    return await owner.call("DELETE", f"/api/chats/{chat.id}/members/{user.id}", expect=expect)


async def history(user, chat):
    """Returns every message of the chat, oldest first, in dialect 1's shape."""
    messages, before = [], ""
    while True:
        answer = await user.call("GET", f"/api/chats/{chat.id}/messages?limit=100{before}", expect=200)
        messages = answer.data + messages
        if len(answer.data) < 100:
            return messages
        before = f"&before_id={answer.data[0]['id']}"
