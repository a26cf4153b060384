"""The book and the README: what they show is executed, and where they point to is something."""

import json
import re
import subprocess

import pytest

from harness.dialects import Multiplexed, Room, Roulette, SocketIo
from harness.inbox import kind
from harness.people import room_of
from harness.server import ROOT

BOOK = ROOT / "crates" / "chat-server" / "book" / "src"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(BOOK.glob("*.md"))]
FENCE = re.compile(r"^```(\S[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What must be as it is shown; of everything else the kind of value is compared.
LITERAL = {"type", "status", "code", "content", "is_edited", "likes_count", "client_id"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for text, target in re.findall(r"\[([^]]+)\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name}: [{text}]({target})"


def test_every_chapter_is_in_the_summary():
    listed = set(re.findall(r"\(([^)]+\.md)\)", (BOOK / "SUMMARY.md").read_text()))
    assert listed | {"SUMMARY.md"} == {page.name for page in BOOK.glob("*.md")}


async def test_the_minute_with_curl(server):
    (script,) = [body for info, body in FENCE.findall((ROOT / "README.md").read_text()) if body.startswith("TOKEN=")]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("http://127.0.0.1:8000", server.url)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"content":"hello"' in done.stdout


async def test_the_commands_of_rest(server):
    """All in one shell, one after another, as somebody would paste them; the answer shown is what came."""
    shown = FENCE.findall((BOOK / "rest.md").read_text())
    script = "set -euo pipefail\n"
    for info, body in shown:
        # Answers end without a line break.
        script += body.replace("\ncurl", "\necho\ncurl") + "echo\n" if info == "sh" else ""
    done = subprocess.run(
        ["bash", "-c", script], env={"SERVER": server.url, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (answer,) = [json.loads(body) for info, body in shown if info == "json answer"]
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert any(alike(answer, got) is None for got in answers), done.stdout


@pytest.mark.parametrize("page, dialect", [("multiplexed", Multiplexed), ("room", Room), ("roulette", Roulette)])
async def test_the_frames_of_a_socket(server, page, dialect):
    (anna, _), chat = await room_of(server, 2)
    client = dialect(anna, chat)
    if dialect is Multiplexed:
        await client.open("/ws")
    else:
        await client.join(cursor="")
    names = Names(anna, chat)
    for info, body in FENCE.findall((BOOK / f"{page}.md").read_text()):
        frame = names.real(json.loads(body))
        if info == "json send":
            await client.send(frame)
        elif info == "json hear":
            names.note(got := await client.next(kind(frame)))
            assert alike(frame, got) is None, alike(frame, got)
    await client.close()


async def test_the_events_of_socketio(server):
    (anna, _), chat = await room_of(server, 2)
    client = SocketIo(anna, chat)
    await client.open()
    await client.inbox.seen("sync:required")
    names, ack = Names(anna, chat), None
    for info, body in FENCE.findall((BOOK / "socketio.md").read_text()):
        if info == "json send":
            event, data = names.real(json.loads(body))
            names.note(ack := await client.call(event, data))
        elif info == "json ack":
            assert alike(json.loads(body), ack) is None, alike(json.loads(body), ack)
        elif info == "json hear":
            event, data = json.loads(body)
            got = await client.next(event)
            assert alike(data, got["data"]) is None, alike(data, got["data"])
    await client.close()


MOVING = [body for info, body in FENCE.findall((BOOK / "moving.md").read_text()) if info == "toml settings"]


@pytest.mark.parametrize("settings", MOVING)
def test_the_settings_for_moving_in(settings, new_server, tmp_path):
    """A server starts with them, as they stand."""
    (tmp_path / "issuer.secret").write_text("a secret of the issuer's own, 32 bytes or more")
    (tmp_path / "chat.toml").write_text(settings.replace('"issuer.secret"', f'"{tmp_path}/issuer.secret"'))
    assert new_server(config=tmp_path / "chat.toml").process.poll() is None


class Names:
    """Puts the ids of this run in the place of those in the book."""

    def __init__(self, user, chat):
        self.user, self.chat, self.message = user, chat, None

    def note(self, heard):
        """The last message that was named is the one that the book goes on with."""
        for fields in (heard, heard.get("payload")):
            if isinstance(fields, dict) and "message_id" in fields:
                self.message = fields["message_id"]

    def real(self, value, name=None):
        if isinstance(value, dict):
            return {key: self.real(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.real(inner) for inner in value]
        if name in ("chat_id", "room_id"):
            return self.chat.id if isinstance(value, int) else self.chat.uuid
        if name == "message_id" and self.message:
            return self.message
        return value


def alike(shown, got, where=""):
    """None, or where the two differ: in their keys, in the kind of a value, or in one that must be as it is shown."""
    if isinstance(shown, dict) and isinstance(got, dict):
        if shown.keys() != got.keys():
            return f"{where}: the book has {sorted(shown)}, the server says {sorted(got)}"
        return next(filter(None, (alike(shown[key], got[key], f"{where}.{key}") for key in shown)), None)
    if type(shown) is not type(got):
        return f"{where}: {shown!r} and {got!r}"
    name = where.rpartition(".")[2]
    return f"{where}: {shown!r} and {got!r}" if name in LITERAL and shown != got else None
