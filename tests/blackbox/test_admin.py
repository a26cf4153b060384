"""What operators ask and do at `/admin/api`: who is connected, and why somebody did or did not get a message."""

import asyncio
import re
import subprocess
from types import SimpleNamespace

import pytest
import websockets

from harness import ids
from harness.dialects import DIALECTS
from harness.http import call
from harness.people import group, register
from harness.server import ROOT, binary

TOKEN = "operators of the tests"
FLAGS = {"admin_token": TOKEN}


def operators(server):
    """The same server at the address of its operators."""
    return SimpleNamespace(url=server.admin_url)


async def ask(server, path, method="GET", *, token=TOKEN, expect=200):
    return await call(operators(server), method, f"/admin/api/{path}", token=token, expect=expect)


async def fact(server, user, message, name):
    uuid = ids.uuid(ids.MESSAGE, message)
    answer = await ask(server, f"explain?user={user.uuid}&message={uuid}")
    return next(fact for fact in answer.data["facts"] if fact["fact"] == name)


async def until(answers):
    for _ in range(200):
        if found := await answers():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to that")


async def test_connections_of_every_dialect_are_shown_and_closed(server):
    anna, boris = await register(server), await register(server)
    chat = await group(anna, boris)
    clients = [dialect(boris, chat) for dialect in DIALECTS]
    for client in clients:
        await client.join()
    found = (await ask(server, f"connections?user={boris.uuid}")).data
    assert sorted(one["dialect"] for one in found) == ["multiplexed", "rest", "room", "roulette", "socketio"]
    overview = (await ask(server, "overview")).data
    assert overview["dialects"]["socketio"] >= 1 and overview["store"] is True and overview["may_change"] is True
    for one in found:
        assert one["joined"] == [chat.uuid] and one["node"] == overview["id"] and one["bytes_waiting"] == 0
        assert one["since"] and one["user_id"] == boris.uuid
    written = {one["dialect"]: one["last_written"] for one in found}
    assert written["multiplexed"] and written["socketio"] and written["rest"]
    for one in found:
        await ask(server, f"connections/{one['id']}", "DELETE", expect=204)

    async def gone():
        return not (await ask(server, f"connections?user={boris.uuid}")).data

    await until(gone)
    closings = (await ask(server, f"users/{boris.username}")).data["closings"]
    assert [one["code"] for one in closings] == [4403] * 5 and {one["reason"] for one in closings} == {"disconnected"}
    await ask(server, f"connections/{found[0]['id']}", "DELETE", expect=404)


async def test_it_is_explained_why_somebody_did_not_get_a_message(server):
    anna, boris, carla = [await register(server) for _ in range(3)]
    chat = await group(anna, boris)
    async with websockets.connect(f"{server.ws_url}/ws?token={boris.token}") as socket:
        await socket.send('{"type":"ping"}')
        await socket.recv()
    sent = (await anna.call("POST", f"/api/chats/{chat.id}/messages", {"content": "hi"}, expect=200)).data["id"]
    assert (await fact(server, carla, sent, "member_since"))["at"] is None
    assert (await fact(server, boris, sent, "member_since"))["at"] is not None
    message = await fact(server, boris, sent, "message")
    assert message["seq"] == 2 and message["chat_id"] == chat.uuid
    assert (await fact(server, boris, sent, "delivered"))["reached"] is False

    async def closing():
        return (await fact(server, boris, sent, "closings"))["closings"]

    assert (await until(closing))[0]["reason"] == "the client went away"
    await boris.call("POST", f"/api/chats/{chat.id}/read", {}, expect=200)
    read = await fact(server, boris, sent, "read")
    assert read["reached"] is True and read["message_id"] == ids.uuid(ids.MESSAGE, sent) and read["at"]


async def test_it_is_explained_who_may_say_nothing_and_who_is_kept_away(server):
    anna, boris = [await register(server) for _ in range(2)]
    chat = await group(anna, boris)
    sent = (await anna.call("POST", f"/api/chats/{chat.id}/messages", {"content": "hi"}, expect=200)).data["id"]
    for name in ("mute", "ban"):
        assert await fact(server, boris, sent, name) == {"fact": name, "until": None}
    assert await fact(server, boris, sent, "block") == {"fact": "block", "blocks": False, "blocked": False}
    await anna.call("PUT", f"/api/chats/{chat.id}/mutes/{boris.id}", {"seconds": 3600}, expect=200)
    await boris.call("PUT", f"/api/users/{anna.id}/block", expect=200)
    assert (await fact(server, boris, sent, "mute"))["until"] and not (await fact(server, boris, sent, "ban"))["until"]
    assert await fact(server, boris, sent, "block") == {"fact": "block", "blocks": True, "blocked": False}
    await anna.call("PUT", f"/api/chats/{chat.id}/bans/{boris.id}", expect=200)
    assert (await fact(server, boris, sent, "ban"))["until"].startswith("9999-12-31T23:59:59")
    assert (await fact(server, boris, sent, "member_since"))["at"] is None


async def test_without_the_token_one_may_only_look(server):
    anna = await register(server)
    async with websockets.connect(f"{server.ws_url}/ws?token={anna.token}") as socket:
        found = (await ask(server, f"connections?user={anna.uuid}", token=None)).data
        assert len(found) == 1 and (await ask(server, "overview", token=None)).data["may_change"] is False
        await ask(server, f"connections/{found[0]['id']}", "DELETE", token=None, expect=403)
        await ask(server, f"users/{anna.uuid}/disconnect", "POST", token=None, expect=403)
        await ask(server, "overview", token="wrong", expect=401)
        await ask(server, f"users/{anna.uuid}/disconnect?tokens=true", "POST", expect=204)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            while True:
                print(await socket.recv())
        assert closed.value.rcvd.code == 4403
    await anna.call("GET", "/api/auth/me", expect=401)
    # A page elsewhere whose name leads here must not read along.
    answer = await call(operators(server), "GET", "/admin/api/overview", headers={"Host": "evil.example"})
    assert answer.status == 401
    assert (await call(server, "GET", "/admin/api/overview")).status == 404, "it is on the operators' address alone"


async def test_the_settings_in_force_are_shown_without_secrets(new_server):
    server = new_server(admin_token=TOKEN, api_key="key-of-some-back-end", drain="7s")
    found = {one["name"]: one for one in (await ask(server, "settings")).data}
    assert found["drain"] == {"name": "drain", "value": "7s", "from": "command line"}
    assert found["presence_grace"]["from"] == "default"
    assert found["api_key"]["value"] == "…" and found["admin_token"]["value"] == "…"


def test_what_an_operators_token_may_be(tmp_path):
    short = subprocess.run(
        [binary(), "--admin-token", "hunter2"], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert short.returncode == 1 and "8 bytes" in short.stderr and "hunter2" not in short.stderr


async def test_the_commands_of_the_chapter(server):
    page = ROOT / "crates" / "chat-server" / "book" / "src" / "admin.md"
    (script,) = re.findall(r"^```sh\n(.*?)^```$", page.read_text(), re.M | re.S)
    given = {"ADMIN_TOKEN": TOKEN, "ADMIN": server.admin_url, "PATH": "/usr/bin:/bin"}
    done = await asyncio.to_thread(
        subprocess.run, ["bash", "-euc", script], env=given, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and done.stdout.count('"missing":[]') == script.count("curl"), done.stderr
