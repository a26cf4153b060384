"""Document 3 with the log-in that it has: a real Django site, its users and its sessions."""

import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import pytest
from test_browser import PAGE_3, said

from harness.browser import Page, code_of, filled
from harness.dialects import Refused, Room
from harness.http import call
from harness.people import Chat, User
from harness.postgres import free_port
from harness.server import ROOT

SITE = ROOT / "tests/harness/backends/django_site.py"


@pytest.fixture
def site():
    """Where it is."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "wb") as log:
        process = subprocess.Popen([sys.executable, SITE, str(port), folder], stdout=log, stderr=log)
        address, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
        try:
            while not answers(address):
                assert process.poll() is None and time.monotonic() < until, open(f"{folder}/log").read()
                time.sleep(0.05)
            yield address
        finally:
            process.kill()
            process.wait()


def answers(address):
    try:
        urllib.request.urlopen(f"{address}/who", timeout=5)
    except urllib.error.HTTPError as answer:
        return answer.code == 401
    except OSError:
        pass
    return False


async def person(server, site, name):
    """Logs in at Django, and comes to the chat with the session from there."""
    with urllib.request.urlopen(f"{site}/login/{name}") as answer:
        cookie = answer.headers["Set-Cookie"].split(";")[0]
    headers = {"Cookie": f"theme=dark; {cookie}", "Origin": server.url}
    me = (await call(server, "GET", "/api/auth/me", headers=headers, expect=200)).data
    user = User(server, me["id"], me["uuid"], me["username"], me["name"], me["avatar"], "", "", cookie.split("=")[1])
    return user, headers


async def test_document_3_works_with_django_s_session(new_server, site):
    server = new_server(introspect_url=f"{site}/who", introspect_every="1s")
    (anna, as_anna), (boris, as_boris) = [await person(server, site, name) for name in ("anna", "boris")]
    assert (anna.id, anna.name) == (1, "Anna of Django")
    body = {"type": "group", "title": "A group", "member_ids": [boris.id]}
    chat = Chat((await call(server, "POST", "/api/chats", body, headers=as_anna, expect=201)).data["id"], [anna, boris])
    code = filled(
        code_of("3-room-ws.md", "// Подключение к WebSocket"),
        {"const roomId = 1;": f"const roomId = {chat.id};", "ws://127.0.0.1:8000": server.ws_url},
    )
    cookie = {"name": "sessionid", "value": anna.cookie, "url": server.url, "httpOnly": True, "sameSite": "Lax"}
    async with Room(boris, chat) as other:
        await other.open(f"/ws/chat/{chat.id}/", token=None, headers=as_boris)
        async with Page(server, PAGE_3 + code, [cookie]) as page:
            await said(page, "updateUserStatus")
            await page.run("sendMessage('Привет из браузера')")
            await said(page, "markMessageAsSent")
            assert (await other.next("chat_message"))["message"] == "Привет из браузера"
            urllib.request.urlopen(urllib.request.Request(f"{site}/logout", headers={"Cookie": as_boris["Cookie"]}))
            assert await other.inbox.closed() == 4401
    await call(server, "GET", "/api/auth/me", headers=as_anna, expect=200)
    with pytest.raises(Refused):
        await Room(boris, chat).open(f"/ws/chat/{chat.id}/", token=None, headers=as_boris)


async def test_another_site_cannot_use_the_session(new_server, site):
    server = new_server(introspect_url=f"{site}/who")
    anna, as_anna = await person(server, site, "anna")
    body = {"type": "group", "title": "A group", "member_ids": []}
    for origin in ("https://evil.example", None):
        headers = {"Cookie": as_anna["Cookie"]} | ({"Origin": origin} if origin else {})
        await call(server, "POST", "/api/chats", body, headers=headers, expect=403)
        with pytest.raises(Refused) as told:
            await Room(anna, None).open("/ws/chat/1/", token=None, headers=headers)
        assert told.value.status == 403
