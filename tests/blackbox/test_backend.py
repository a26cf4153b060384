"""The back end of `examples/backend`, as somebody would run it beside the chat."""

import asyncio
import sys
import time

from test_examples import prints, running

from harness.hooks import KEY
from harness.http import call, session
from harness.people import User, group
from harness.postgres import free_port
from harness.server import ROOT

sys.path.append(str(ROOT / "examples" / "backend"))
from signed import is_signed  # noqa: E402

BACKEND = ROOT / "examples" / "backend" / "backend.py"
FLAGS = {"api_key": KEY, "allow_private_webhooks": True}


async def login(port, username, expect=200):
    async with session().post(f"http://127.0.0.1:{port}/login", json={"username": username}) as answer:
        assert answer.status == expect
        return (await answer.json()), answer.cookies.get("session")


async def test_it_gives_tokens_hears_what_happens_and_notifies(new_server):
    server, port = new_server(**FLAGS), free_port()
    async with running(sys.executable, str(BACKEND), server.url, KEY, str(port)) as backend:
        await prints(backend, "listening")
        await login(port, "nobody", expect=401)
        people = []
        for name in ("anna", "boris"):
            token = (await login(port, name))[0]["access_token"]
            me = (await call(server, "GET", "/api/auth/me", token=token, expect=200)).data
            people.append(User(server, me["id"], me["uuid"], me["username"], me["name"], me["avatar"], token, "", ""))
        anna, boris = people
        assert (anna.name, boris.name) == ("Анна", "Борис")
        chat = await group(anna, boris)
        body = {"content": "/book tea at five"}
        await boris.call("POST", f"/api/chats/{chat.id}/messages", body, expect=200)
        while not (told := (await boris.call("GET", "/api/v2/notifications", expect=200)).data):
            await asyncio.sleep(0.1)
        assert [(one["type"], one["body"]) for one in told] == [("booking_request", "tea at five")]
        # Somebody who is not the chat tells it something.
        headers = {"webhook-id": "evt_1", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,bm8="}
        forged = {"type": "message.created", "data": {"content": "/book x", "sender_id": boris.uuid, "id": "1"}}
        async with session().post(f"http://127.0.0.1:{port}/hook", json=forged, headers=headers) as answer:
            assert answer.status == 401


async def test_it_says_who_its_people_are(new_server):
    port = free_port()
    server = new_server(introspect_url=f"http://127.0.0.1:{port}/who", **FLAGS)
    async with running(sys.executable, str(BACKEND), server.url, KEY, str(port)) as backend:
        await prints(backend, "listening")
        _, cookie = await login(port, "anna")
        headers = {"Cookie": f"session={cookie.value}"}
        me = (await call(server, "GET", "/api/auth/me", headers=headers, expect=200)).data
        assert (me["id"], me["name"]) == (7, "Анна")
        await call(server, "GET", "/api/auth/me", headers={"Cookie": "session=forged"}, expect=401)


def test_signatures_are_those_of_the_specification():
    secret, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1614265330
    signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": str(at)}
    body = b'{"test": 2432232314}'
    assert is_signed(headers | {"webhook-signature": f"v1,bm8= {signature}"}, body, secret, now=at + 60)
    assert not is_signed(headers | {"webhook-signature": signature}, body, secret, now=at + 301)
    assert not is_signed(headers | {"webhook-signature": signature}, body + b" ", secret, now=at)
    assert not is_signed({}, body, secret, now=at)
