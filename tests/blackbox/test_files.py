"""Files: brought whole or in pieces, named by messages, read in parts, and gone with their message."""

import asyncio
import functools

import pytest

from harness.asking import SENT
from harness.asking import asking as asking_for
from harness.dialects import Bare, Multiplexed, Rest, Room, Roulette, SocketIo, joined
from harness.files import PNG, announce, ask, bring, file, gone, kept, read, send
from harness.inbox import kind
from harness.people import PASSWORD, group, register, register_many
from harness.server import Server

asking = functools.partial(asking_for, features="files")
FLAGS = {"max-file": "1MiB", "file-quota": "4MiB"}
pytestmark = pytest.mark.database


@pytest.mark.parametrize("prefix", ["/api", "/api/v1", "/api/v2"])
async def test_a_file_is_announced_brought_and_read(server, prefix):
    ann = await register(server)
    announced = (await announce(ann, len(PNG), prefix=prefix)).data
    assert set(announced) == {"id", "url", "upload", "expires_at"}
    assert len(announced["id"]) >= 22 and announced["url"] == f"{server.url}{prefix}/files/{announced['id']}/a%20b.png"
    assert announced["upload"]["method"] == "PUT"
    assert await read(server, announced["url"]) == 404, "not all of it is there"
    status, _, said = await bring(announced, PNG)
    assert status == 200, said
    for method, content in (("GET", PNG), ("HEAD", b"")):
        status, headers, body = await ask(method, announced["url"])
        assert (status, body, headers["Content-Length"]) == (200, content, str(len(PNG)))
        assert (headers["Content-Type"], headers["Cache-Control"]) == ("image/png", "private")
        assert headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in headers["Content-Security-Policy"]
        assert headers["Content-Disposition"].startswith("inline")
    done = await ann.call("POST", f"{prefix}/files/{announced['id']}/done", expect=200)
    assert done.data == {
        "id": announced["id"],
        "url": announced["url"],
        "name": "a b.png",
        "size": len(PNG),
        "type": "image/png",
    }


async def test_what_could_act_is_not_shown(server):
    ann = await register(server)
    for content, mime in (
        (b"<script>1</script>", "text/html"),
        (b"<script>1</script>", "image/png"),
        (b"<svg/>", "image/svg+xml"),
    ):
        there = await file(ann, content, name="x.png", mime=mime)
        _, headers, body = await ask("GET", there["url"])
        assert headers["Content-Disposition"].startswith("attachment") and body == content
        assert headers["Content-Type"] == "application/octet-stream"


async def test_parts_and_conditions(server):
    ann = await register(server)
    url = (await file(ann))["url"]
    _, headers, _ = await ask("GET", url)
    tag, size = headers["ETag"], len(PNG)
    for asked, first, last in (("bytes=0-9", 0, 9), ("bytes=10-", 10, size - 1), ("bytes=-5", size - 5, size - 1)):
        status, headers, body = await ask("GET", url, Range=asked)
        assert (status, body) == (206, PNG[first : last + 1])
        assert headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        status, headers, body = await ask("HEAD", url, Range=asked)
        assert (status, body, headers["Content-Length"]) == (206, b"", str(last + 1 - first))
    status, headers, _ = await ask("GET", url, Range=f"bytes={size}-")
    assert (status, headers["Content-Range"]) == (416, f"bytes */{size}")
    assert (await ask("GET", url, Range="bytes=0-1,3-4"))[0] == 200
    assert (await ask("GET", url, If_None_Match=tag))[0] == 304
    assert (await ask("GET", url, If_None_Match='"other"'))[0] == 200
    assert (await ask("GET", url, If_Match='"other"'))[0] == 412
    assert (await ask("GET", url, Range="bytes=0-1", If_Range=tag))[0] == 206
    assert (await ask("GET", url, Range="bytes=0-1", If_Range='"other"'))[0] == 200


async def test_pieces_come_one_after_another(server):
    ann = await register(server)
    announced, size = (await announce(ann, len(PNG))).data, len(PNG)
    place = announced["upload"]["url"]

    async def piece(first, last, content=None, total=size):
        content = PNG[first : last + 1] if content is None else content
        status, headers, _ = await bring(announced, content, Content_Range=f"bytes {first}-{last}/{total}")
        return status, headers.get("Upload-Offset")

    assert (await ask("HEAD", place))[1]["Upload-Offset"] == "0"
    assert await piece(10, 19) == (409, "0")
    assert await piece(0, 99) == (204, "100")
    assert (await ask("HEAD", place))[1]["Upload-Offset"] == "100"
    assert await piece(0, 99) == (409, "100")
    assert (await piece(100, 199, total=size + 1))[0] == 422
    assert (await piece(100, 199, content=PNG[100:150]))[0] == 422
    assert (await ask("HEAD", place))[1]["Upload-Offset"] == "100", "what was wrong has left nothing"
    assert (await bring(announced, PNG))[0] == 409, "from the beginning it does not go on"
    assert (await ann.call("POST", f"/api/files/{announced['id']}/done")).status == 409
    assert await piece(100, size - 1) == (200, str(size))
    assert await piece(100, size - 1) == (409, str(size)), "it is finished"
    assert (await ask("GET", announced["url"]))[2] == PNG


async def brought_half(server, announced, content, half):
    """Half of it, then the line is cut."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    path = announced["upload"]["url"].removeprefix(server.url)
    head = f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content[:half])
    await writer.drain()
    return writer


async def offset(announced):
    return int((await ask("HEAD", announced["upload"]["url"]))[1]["Upload-Offset"])


async def goes_on(announced, content):
    come = await offset(announced)
    rest = f"bytes {come}-{len(content) - 1}/{len(content)}"
    status, _, said = await bring(announced, content[come:], Content_Range=rest)
    assert status == 200, said
    assert (await ask("GET", announced["url"]))[2] == content
    return come


async def test_what_came_before_a_break_is_kept(server):
    ann = await register(server)
    content = PNG * 700
    announced = (await announce(ann, len(content))).data
    writer = await brought_half(server, announced, content, len(content) // 2)
    writer.close()
    await writer.wait_closed()
    # The server learns of the break when it gets to it.
    for _ in range(300):
        if await offset(announced):
            break
        await asyncio.sleep(0.1)
    assert await goes_on(announced, content) > 0


async def test_what_came_before_a_crash_is_kept(new_database):
    with Server(new_database(), **FLAGS) as server:
        ann = await register(server)
        content = PNG * 900
        announced = (await announce(ann, len(content))).data
        writer = await brought_half(server, announced, content, 700_000)
        for _ in range(600):
            if any(path.endswith(".part") for path in kept(server)):
                break
            await asyncio.sleep(0.1)
        server.kill()
        writer.close()
        server.start()
        await goes_on(announced, content)


async def test_sizes_names_and_quota(server):
    ann, bob = await register_many(server, 2)
    assert (await announce(ann, 0, expect=422)).body["code"] == "INVALID_DATA"
    assert (await announce(ann, (1 << 20) + 1, expect=413)).body["code"] == "MESSAGE_TOO_LARGE"
    for name in ("", "a/b", "..", "a\n", "x" * 256):
        await announce(ann, 1, name=name, expect=422)
    await announce(ann, 1, mime="nothing", expect=422)
    await announce(ann, 1, name="ы" * 255)
    announced = (await announce(ann, 10)).data
    assert (await bring(announced, b"x" * 9))[0] == 422
    assert (await bring(announced, b"x" * 11))[0] == 422
    for _ in range(3):
        await announce(ann, 1 << 20)
    refused = await announce(ann, 1 << 20, expect=429)
    assert refused.body["code"] == "RATE_LIMIT" and int(refused.headers["Retry-After"]) > 3600
    await announce(bob, 1 << 20)


async def test_an_address_is_exact(server):
    ann = await register(server)
    for name in ("done", "..x", "%2e%2e", "a?b#c", "ё", "\\..\\x"):
        there = await file(ann, name=name)
        assert await read(server, there["url"]) == 200, name
        await ann.call("POST", f"/api/files/{there['id']}/done", expect=200)
    place = f"{server.url}/api/files"
    for path in (
        "x" * 22 + "/a",
        there["id"] + "/other",
        there["id"] + "/",
        "../chat.db",
        "..%2f..%2fchat.db/a",
        there["id"][:-1] + "/a",
    ):
        assert (await ask("GET", f"{place}/{path}"))[0] in (404, 405), path
    assert (await ask("PUT", f"{place}/{'x' * 22}", b"x"))[0] == 404


@pytest.mark.parametrize("dialect", [Rest, Bare, Multiplexed, Room, Roulette, SocketIo])
async def test_who_asks_hears_of_the_file_and_who_does_not_reads_its_address(server, dialect):
    ann, bob = await register_many(server, 2)
    chat = await group(ann, bob)
    there = await file(ann, b"%PDF", name="a.pdf", mime="application/pdf")
    async with joined(asking(dialect(bob, chat)), dialect(bob, chat)) as (asks, plain):
        await send(ann, chat, there["url"])
        is_it = SENT.get(dialect)
        heard, read_plain = [
            await client.next(lambda frame: is_it in (None, kind(frame)) and there["id"] in str(frame))
            for client in (asks, plain)
        ]

    def fields(frame):
        frame = frame.get("payload") or frame.get("data") or frame
        return frame["message"] if isinstance(frame.get("message"), dict) else frame

    expected = {"id": there["id"], "url": there["url"], "name": "a.pdf", "size": 4, "type": "application/pdf"}
    assert fields(heard)["file"] == expected
    assert "file" not in fields(read_plain)
    assert there["url"] in (fields(read_plain).get("content"), fields(read_plain).get("message"))


async def test_the_first_message_binds_and_takes_along(server):
    ann, bob = await register_many(server, 2)
    chat, other = await group(ann, bob), await group(bob)
    there, small = await file(ann), await file(ann, name="small.png")
    refused = await send(bob, other, there["url"], expect=422)
    assert refused.body["code"] == "INVALID_DATA"
    begun = (await announce(ann, 5)).data
    await send(ann, chat, begun["url"], expect=422)
    await send(ann, chat, there["url"].replace("a%20b", "c"), expect=422)
    first = (await send(ann, chat, there["url"], "photo", metadata={"thumbnail": small["url"]})).data
    again = (await send(bob, other, f"https://elsewhere.example/api/v2/files/{there['id']}/a%20b.png", "photo")).data
    assert await read(server, there["url"]) == 200
    history = f"/api/v2/chats/{chat.uuid}/messages?features=files"
    assert (await bob.call("GET", history)).data[0]["file"]["id"] == there["id"]
    await bob.call("DELETE", f"/api/v2/chats/{other.uuid}/messages/{again['id']}", expect=204)
    assert await read(server, there["url"]) == 200, "it belongs to the first"
    await ann.call("DELETE", f"/api/v2/chats/{chat.uuid}/messages/{first['id']}", expect=204)
    for url in (there["url"], small["url"]):
        assert await read(server, url) == 404
    await send(ann, chat, there["url"], expect=422)
    await gone(server, there["id"])
    await gone(server, small["id"])


async def test_what_nobody_named_goes_and_what_is_named_stays(new_database):
    with Server(new_database(), keep_unbound="2s") as server:
        ann, bob = await register_many(server, 2)
        chat = await group(ann, bob)
        named, erased = await file(ann), await file(bob)
        await send(ann, chat, named["url"])
        await send(bob, chat, erased["url"])
        unnamed, begun = await file(ann), (await announce(ann, len(PNG))).data
        await bring(begun, PNG[:10], Content_Range=f"bytes 0-9/{len(PNG)}")
        await gone(server, unnamed["id"])
        await gone(server, begun["id"])
        assert await read(server, unnamed["url"]) == 404
        await send(ann, chat, unnamed["url"], expect=422)
        await bob.call("DELETE", "/api/auth/me", {"password": PASSWORD}, expect=200)
        assert await read(server, erased["url"]) == 404
        await gone(server, erased["id"])
        assert await read(server, named["url"]) == 200
        assert kept(server) == [named["id"]]


async def test_private_files_are_read_by_members_alone(new_database):
    with Server(new_database(), private_files=True) as server:
        ann, bob, eve = await register_many(server, 3)
        chat = await group(ann, bob)
        there = await file(ann)
        assert [await read(server, there["url"], user.token) for user in (ann, bob)] == [200, 403]
        await send(ann, chat, there["url"])
        assert [await read(server, there["url"], user.token) for user in (ann, bob, eve)] == [200, 200, 403]
        assert await read(server, there["url"]) == 401
        assert (await ask("GET", f"{there['url']}?token={bob.token}"))[0] == 200
        assert (await ask("GET", there["url"], Cookie=f"sessionid={bob.cookie}"))[0] == 200
        await ann.call("DELETE", f"/api/chats/{chat.id}/members/{bob.id}", expect=200)
        assert await read(server, there["url"], bob.token) == 403
