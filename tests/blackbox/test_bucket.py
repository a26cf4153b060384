"""Files in a bucket of S3: clients bring them there at signed addresses, and read them through the server."""

import asyncio
import subprocess

import pytest

from harness.bucket import Bucket
from harness.dialects import Roulette, joined
from harness.files import PNG, announce, ask, bring, read, send
from harness.http import session
from harness.people import group, register, register_many
from harness.server import Server, binary


@pytest.fixture(scope="module")
def bucket():
    with Bucket() as there:
        yield there


@pytest.fixture
def server(bucket, monkeypatch):
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    with Server(files=bucket.setting) as there:
        yield there


async def file(user, bucket, content=PNG, **more):
    announced = (await announce(user, len(content), **more)).data
    assert announced["upload"]["url"].startswith(f"http://127.0.0.1:{bucket.port}/files/chat/{announced['id']}?")
    status, _, said = await bring(announced, content)
    assert status == 200, said
    return announced


async def gone(bucket, id):
    for _ in range(600):
        if not bucket.has(id):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{id} is still there")


async def test_a_file_is_brought_to_the_bucket_and_read_here(server, bucket):
    ann = await register(server)
    announced = await file(ann, bucket)
    assert announced["upload"]["method"] == "PUT" and announced["url"].startswith(server.url)
    assert await read(server, announced["url"]) == 404, "nobody has looked yet"
    done = await ann.call("POST", f"/api/v2/files/{announced['id']}/done", expect=200)
    assert (done.data["size"], done.data["type"]) == (len(PNG), "image/png")
    for method, content in (("GET", PNG), ("HEAD", b"")):
        status, headers, body = await ask(method, announced["url"])
        assert (status, body, headers["Content-Length"]) == (200, content, str(len(PNG)))
        assert (headers["Content-Type"], headers["Cache-Control"]) == ("image/png", "private")
        assert headers["Content-Disposition"].startswith("inline") and "sandbox" in headers["Content-Security-Policy"]
    status, headers, body = await ask("GET", announced["url"], Range="bytes=5-9")
    assert (status, body, headers["Content-Range"]) == (206, PNG[5:10], f"bytes 5-9/{len(PNG)}")
    status, headers, body = await ask("GET", announced["url"], If_None_Match=headers["ETag"])
    assert (status, body) == (304, b"")
    page = await file(ann, bucket, b"<script>1</script>", name="x.png", mime="image/png")
    await ann.call("POST", f"/api/files/{page['id']}/done", expect=200)
    _, headers, _ = await ask("GET", page["url"])
    assert headers["Content-Disposition"].startswith("attachment"), "it is not what it is said to be"


async def test_a_large_file_is_read_whole(server, bucket):
    ann = await register(server)
    content = bytes(range(251)) * 80_000
    large = await file(ann, bucket, content, name="a.bin", mime="application/octet-stream")
    await ann.call("POST", f"/api/files/{large['id']}/done", expect=200)
    _, _, body = await ask("GET", large["url"])
    assert body == content


async def test_a_send_waits_for_the_look(server, bucket):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    there = await file(ann, bucket)
    await send(ann, chat, there["url"])
    assert await read(server, there["url"]) == 200
    there = await file(ann, bucket)
    async with joined(Roulette(ann, chat)) as (socket,):
        fields = {"type": "photo", "media_url": there["url"], "content": "a caption"}
        await socket.send({"type": "send_message", "payload": fields})
        # What the socket says next waits for it.
        await socket.send({"type": "send_message", "payload": {"content": "behind it"}})
        for _ in range(2):
            await socket.inbox.next("message_sent")
    history = (await bob.call("GET", f"/api/chats/{chat.id}/messages")).data
    assert [message["content"] for message in history][-1] == "behind it" and there["id"] in str(history[-2])
    assert await read(server, there["url"]) == 200


async def test_with_its_message_a_file_leaves_the_bucket(server, bucket):
    ann, bob = await register_many(server, 2)
    chat, other = await group(ann, bob), await group(bob, ann)
    there = await file(ann, bucket)
    await send(bob, chat, there["url"], expect=422)
    sent = (await send(ann, chat, there["url"])).data
    await send(bob, other, there["url"])
    assert bucket.has(there["id"])
    await ann.call("DELETE", f"/api/v2/chats/{chat.uuid}/messages/{sent['id']}", expect=204)
    assert await read(server, there["url"]) == 404
    await gone(bucket, there["id"])


async def test_only_what_was_announced_is_taken_and_once(server, bucket):
    ann = await register(server)
    announced = (await announce(ann, len(PNG))).data
    answer = await ann.call("POST", f"/api/files/{announced['id']}/done", expect=409)
    assert answer.headers["Upload-Offset"] == "0"
    chat = await group(ann)
    refused = await send(ann, chat, announced["url"], expect=422)
    assert "not all bytes" in str(refused.body)
    address, headers = announced["upload"]["url"], announced["upload"]["headers"]
    for content, wrong in (
        (PNG + b"x", headers),
        (PNG[:-1], headers),
        (PNG, headers | {"Content-Type": "text/html"}),
        (PNG, {"Content-Type": "image/png"}),
    ):
        async with session().put(address, data=content, headers=wrong) as answer:
            assert answer.status in (400, 403), await answer.text()
    for method in ("PUT", "HEAD"):
        status, _, _ = await ask(method, f"{server.url}/api/files/{announced['id']}", PNG if method == "PUT" else None)
        assert status == 404, "nothing is brought here"
    assert not bucket.has(announced["id"])
    assert (await bring(announced, PNG))[0] == 200
    await send(ann, chat, announced["url"])
    other = bytes(reversed(PNG))
    status, _, said = await bring(announced, other)
    assert status in (409, 412), said
    assert (await ask("GET", announced["url"]))[2] == PNG, "nobody puts another one in its place"


async def test_what_nobody_names_leaves_the_bucket(bucket, monkeypatch):
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    with Server(files=bucket.setting, keep_unbound="2s") as server:
        ann = await register(server)
        there = await file(ann, bucket)
        await gone(bucket, there["id"])
        assert await read(server, there["url"]) == 404


async def test_the_page_may_bring_files_there(server, bucket):
    _, headers, _ = await ask("GET", server.url)
    assert f"connect-src 'self' http://127.0.0.1:{bucket.port}" in headers["Content-Security-Policy"]


def test_without_a_key_or_with_a_wrong_address_it_does_not_start(bucket, monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    database = f"sqlite:{tmp_path}/chat.db"
    for setting, why in ((bucket.setting, "AWS_SECRET_ACCESS_KEY"), ("s3://files?zone=1", "`zone` is unknown")):
        command = [binary(), "--files", setting, "--database", database, "--listen", "127.0.0.1:0"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert said.returncode != 0 and why in said.stderr, said.stderr


async def test_while_the_bucket_is_away_nothing_else_is(monkeypatch):
    with Bucket() as bucket:
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        with Server(files=bucket.setting) as server:
            ann = await register(server)
            chat = await group(ann)
            there, waiting = await file(ann, bucket), await file(ann, bucket)
            await send(ann, chat, there["url"])
            bucket.process.kill()
            bucket.process.wait(30)
            assert await read(server, there["url"]) == 503
            await send(ann, chat, waiting["url"], expect=503)
            await ann.call("POST", f"/api/chats/{chat.id}/messages", {"content": "still here"}, expect=200)
            await announce(ann, 7)
