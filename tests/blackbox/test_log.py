"""What operators read: what happened, why, and never a secret."""

import asyncio
import json
import re
import resource
import subprocess

import pytest
import websockets

from harness import http
from harness.people import PASSWORD, register, room_of
from harness.server import binary

KEY = "planted-key-of-a-back-end"
LITTLE = 3 << 20


def lines(server):
    """The log's lines, without those that say where it listens."""
    return [line for line in server.log().splitlines() if "listening on" not in line]


async def until(met, what):
    for _ in range(200):
        if found := met():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(what)


async def test_a_run_at_debug_holds_no_secret(new_server):
    server = new_server(log="debug", api_key=KEY)
    (anna, boris), chat = await room_of(server, 2)
    planted = {"message": "planted-content", "password": "planted-password", "token": "planted.token.bad"}
    path = f"/api/chats/{chat.id}/messages"
    await anna.call("POST", path, {"content": planted["message"]}, expect=200)
    await http.call(server, "POST", "/api/auth/login", {"username": anna.username, "password": planted["password"]})
    await http.call(server, "POST", "/api/auth/login", {"username": planted["password"], "password": "x" * 9})
    for wrong in [
        ("POST", "/api/auth/password", {"old": planted["password"], "new": PASSWORD + "2"}),
        ("DELETE", "/api/auth/me", {"password": planted["password"]}),
    ]:
        failed = server.log().count("a log-in failed")
        await anna.call(*wrong, expect=401)
        await until(lambda: server.log().count("a log-in failed") > failed, f"the log says nothing of {wrong[1]}")
    await http.call(server, "GET", "/api/chats", token=planted["token"], expect=401)
    await http.call(server, "GET", f"{path}?token={planted['token']}", headers={"Cookie": "sessionid=planted-cookie"})
    await http.call(server, "POST", "/api/v2/server/chats", {}, headers={"X-Api-Key": "planted-wrong-key"}, expect=401)
    await http.call(server, "POST", "/api/auth/refresh", {"refresh_token": anna.refresh}, expect=200)
    await http.call(server, "POST", "/api/auth/refresh", {"refresh_token": anna.refresh}, expect=401)
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"{server.ws_url}/ws?token={planted['token']}")
    async with websockets.connect(f"{server.ws_url}/ws?token={boris.token}") as socket:
        await socket.send(json.dumps({"type": "send_message", "chat_id": chat.id, "content": planted["message"]}))
        await socket.send(planted["message"])
        await socket.recv()
    server.stop()
    log = server.log()
    secrets = [*planted.values(), "planted-cookie", "planted-wrong-key", KEY, PASSWORD]
    secrets += [anna.token, boris.token, anna.refresh, anna.cookie]
    assert [secret for secret in secrets if secret in log] == []
    for told in ["a log-in failed", "a token was refused", "an API key was refused", "a refresh token came twice"]:
        assert told in log, f"the log does not say that {told}"


async def test_lines_are_json_where_no_terminal_is_and_errors_name_their_request(new_server):
    server = new_server()
    anna = await register(server)
    answer = await http.call(server, "GET", "/api/chats", token="bad", expect=401)
    named = answer.headers["X-Request-Id"]

    def of_request():
        parsed = [json.loads(line) for line in lines(server)]
        return [line for line in parsed if any(span.get("id") == named for span in line.get("spans", []))]

    (line,) = await until(of_request, f"no line of the log has {named}")
    assert line["message"] == "a token was refused" and line["spans"][0]["from"] == "127.0.0.1"
    assert "\x1b" not in server.log()
    again = await http.call(server, "GET", "/api/chats", token="bad", expect=401)
    assert again.headers["X-Request-Id"] != named
    assert "X-Request-Id" not in (await anna.call("GET", "/api/chats", expect=200)).headers


async def test_text_has_no_colours_where_no_terminal_is(new_server):
    server = new_server(log_format="text")
    await http.call(server, "GET", "/api/chats", token="bad", expect=401)
    await until(lambda: "a token was refused" in server.log(), "nothing was logged")
    assert "\x1b" not in server.log()


@pytest.mark.parametrize("level", ["loud", "chat_store=loud", "info,"])
def test_a_level_that_is_none_is_refused(level, tmp_path):
    run = subprocess.run(
        [binary(), "--log", level], stdin=subprocess.DEVNULL, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert run.returncode != 0 and level in run.stderr and "level" in run.stderr, run.stderr
    assert list(tmp_path.iterdir()) == []


async def test_who_is_put_out_is_told_of_with_the_reason(new_server):
    server = new_server(api_key=KEY)
    anna = await register(server)
    async with websockets.connect(f"{server.ws_url}/ws?token={anna.token}") as socket:
        path = f"/api/v2/server/users/{anna.uuid}/disconnect"
        await http.call(server, "POST", path, headers={"X-Api-Key": KEY}, expect=204)
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await socket.recv()
    closed = await until(lambda: [line for line in lines(server) if '"closed"' in line], "no close was logged")
    assert '"code":4403' in closed[0] and f'"user":{anna.id}' in closed[0], closed


async def test_a_full_disk_is_one_line_and_one_when_it_is_over(new_server, request):
    if request.config.getoption("--database") != "sqlite":
        pytest.skip("the file of SQLite is what fills")
    server = new_server(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LITTLE, resource.RLIM_INFINITY)))
    (anna,), chat = await room_of(server, 1)

    async def says():
        return (await anna.call("POST", f"/api/chats/{chat.id}/messages", {"content": "x" * 16_000})).status

    statuses = set()
    for _ in range(40):
        statuses |= set(await asyncio.gather(*(says() for _ in range(16))))
        if 503 in statuses:
            break
    assert statuses == {200, 503}
    # What a batch has no room for may be enough for one.
    for _ in range(100):
        if await says() == 503:
            break

    def of_database():
        return [line for line in lines(server) if re.search("database|disk|orders", line)]

    told = of_database()
    assert {await says() for _ in range(20)} == {503}
    assert (await http.call(server, "GET", "/readyz")).status == 503
    assert (await http.call(server, "GET", "/healthz")).status == 200
    # If one did find room, the database was back for a moment.
    assert of_database() == told and len(told) <= 2 and "the database is away" in told[0], of_database()
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await until_ready(server)
    assert await says() == 200
    assert server.log().count("the database is back") == 1


async def until_ready(server):
    for _ in range(200):
        if (await http.call(server, "GET", "/readyz")).status == 200:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it is not ready again")
