"""The OpenAPI document against the running server: schemathesis calls every route with what the document allows and
with what it forbids, and every answer must be one that the document names."""

import asyncio
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

from harness import ids
from harness.http import call
from harness.people import group, register_many

KEY = "key-of-the-back-end"
FLAGS = {"api_key": KEY}
# A request with two names that differ is refused, which no schema can say: of two good ones the one in the header goes.
HOOKS = """
import re
import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    named = case.body.get("client_id") if isinstance(case.body, dict) else None
    key = (case.headers or {}).get("Idempotency-Key")
    if all(isinstance(name, str) and re.fullmatch("[ -~]{1,64}", name) for name in (named, key)):
        del case.headers["Idempotency-Key"]
"""
# The stream never ends.
LEFT_OUT = r"/stream$"


async def test_the_document(server):
    answer = await call(server, "GET", "/api/openapi.json", expect=200)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.body["openapi"].startswith("3.1")
    paths = answer.body["paths"]
    for prefix in ("/api", "/api/v1", "/api/v2"):
        for rest in ("/auth/login", "/chats", "/users"):
            assert prefix + rest in paths
    assert {"/api/v1/chatroulette/search", "/api/v2/notifications", "/api/v2/server/notifications"} <= set(paths)


async def test_the_asyncapi_document(server):
    answer = await call(server, "GET", "/api/asyncapi.json", expect=200)
    assert answer.body["asyncapi"].startswith("3.")


@pytest.mark.parametrize("prefix", ["/api", "/api/v1", "/api/v2"])
async def test_schemathesis(server, prefix):
    # Small ids are nobody's who asks: a direct chat with oneself there is none.
    *_, anna, boris = await register_many(server, 30)
    chat = await group(anna, boris)
    sent = await anna.call("POST", f"/api/chats/{chat.id}/messages", {"content": "text"}, expect=200)
    # Ids that exist; without them every call would only meet what is not there.
    numbers = {"chat": (ids.CHAT, chat.id), "message": (ids.MESSAGE, sent.data["id"]), "user": (ids.USER, boris.id)}
    known = {name: number if prefix == "/api" else ids.uuid(kind, number) for name, (kind, number) in numbers.items()}
    done = await asyncio.to_thread(schemathesis, server, prefix, anna.token, known)
    print(done.stdout[-8000:], done.stderr[-2000:])
    assert done.returncode == 0


def schemathesis(server, prefix, token, known):
    within = {"/api": "^/api/(?!v[12]/)"}.get(prefix, f"^{prefix}/")
    command = [
        os.path.join(os.path.dirname(sys.executable), "schemathesis"),
        "run",
        f"{server.url}/api/openapi.json",
        "--no-color",
        "--seed=1",
        "--max-examples=15",
        "--phases=examples,coverage,fuzzing",
        "--checks=all",
        # The key below goes with every request.
        "--exclude-checks=missing_required_header",
        f"--exclude-path-regex={LEFT_OUT}",
        f"--include-path-regex={within}",
        f"--header=Authorization: Bearer {token}",
        f"--header=X-Api-Key: {KEY}",
        "--request-timeout=20",
    ]
    with tempfile.TemporaryDirectory() as home:
        # Which emoji there are no schema can say.
        known = {"emoji": "👍"} | known
        lines = [f'"path.{name}" = {json.dumps(value, ensure_ascii=False)}' for name, value in known.items()]
        # A poll waits as long as it is asked to.
        lines.append('"query.wait" = 0')
        # It goes with no `before_id`, which no schema can say.
        lines.append('"query.after_id" = ""')
        # A place that is ours, which no schema can say either.
        lines += ['"query.next" = ""', '"query.q" = "text"', '"query.cursor" = ""']
        pathlib.Path(home, "hooks.py").write_text(HOOKS, encoding="utf-8")
        settings = ['hooks = "hooks"', "[parameters]", *lines]
        pathlib.Path(home, "schemathesis.toml").write_text("\n".join(settings), encoding="utf-8")
        return subprocess.run(command, cwd=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=580)
