"""Socket.IO's own clients: version 4 and 3 of socket.io-client, and python-socketio, on every transport."""

import asyncio
import json

import pytest
import socketio

from harness.dialects import Multiplexed, SocketIo, joined
from harness.frames import Heard
from harness.http import call, session
from harness.node import Node, NodeSocketIo
from harness.people import register, room_of
from harness.shapes import MILLIS, SECONDS, same

TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": None}


@pytest.mark.parametrize("transports", TRANSPORTS)
@pytest.mark.parametrize("version", [4, 3])
async def test_javascript(server, version, transports):
    (anna, boris), chat = await room_of(server, 2)
    heard = Heard(chat)
    async with Node() as node, joined(Multiplexed(boris, chat)) as (other,):
        client = NodeSocketIo(node, anna, chat, version=version, transports=TRANSPORTS[transports])
        await client.join()
        hello = [frame["event"] for frame in client.inbox.heard if frame["event"] != "chat:updated"]
        assert hello[:2] == ["connected", "sync:required"]
        if transports == "upgrade":
            await asyncio.wait_for(client.upgraded.wait(), 20)
        assert client.transport == ("polling" if transports == "polling" else "websocket")
        # Many packets back to back, both ways, with letters of more than one byte.
        contents = [f"№ {number} \U0001f980" for number in range(60)]
        sent = [await client.message(content) for content in contents]
        for message, content in zip(sent, contents, strict=True):
            same(await client.next("chat:message:new"), heard.message(5, message, content, anna))
        for content in contents:
            await other._say("send_message", content=content)
        for content in contents:
            assert (await client.next("chat:message:new"))["data"]["content"] == content
        assert (await client.call("chat:leave", {"chat_id": chat.uuid})) == {"status": "left", "chat_id": chat.uuid}
        await client.close()


@pytest.mark.parametrize("version", [4, 3])
async def test_a_bad_token_in_javascript(server, version):
    anna = await register(server)
    async with Node() as node:
        client = NodeSocketIo(node, anna, None, version=version)
        await client.open(auth={"token": "nonsense"})
        await client.inbox.closed()
        assert client.disconnected == "io server disconnect"
        complaint = {"code": "UNAUTHORIZED", "message": "Invalid token", "timestamp": SECONDS}
        same(client.inbox.heard, [{"event": "error", "data": complaint}])


@pytest.mark.parametrize("transports", [("polling",), ("websocket",), None], ids=["polling", "websocket", "defaults"])
async def test_python_asynchronous(server, transports):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(boris, chat)) as (other,):
        async with SocketIo(anna, chat) as client:
            await client.join(transports=transports)
            for number in range(40):
                await other._say("send_message", content=f"{number}")
            for number in range(40):
                assert (await client.next("chat:message:new"))["data"]["content"] == f"{number}"
            message = await client.message("back")
            assert await other.next(lambda frame: frame.get("message", {}).get("id") == message)
            if transports is None:
                assert client.io.transport() == "websocket"


async def test_python_with_its_defaults(server):
    """The synchronous client, polling first, then upgraded."""
    (anna,), chat = await room_of(server, 1)

    def talk():
        got = []
        client = socketio.Client()
        client.on("chat:message:new", got.append)
        client.connect(server.url, auth={"token": anna.token}, wait_timeout=30)
        assert client.call("chat:join", {"chat_id": chat.uuid}, timeout=30)["status"] == "joined"
        ack = client.call("chat:message:send", {"chat_id": chat.uuid, "type": "text", "content": "hi"}, timeout=30)
        while not got:
            client.sleep(0.01)
        client.disconnect()
        return ack, got

    ack, got = await asyncio.to_thread(talk)
    assert got[0]["id"] == ack["message_id"]


async def test_the_reason_for_coming_back(server):
    (anna,), _ = await room_of(server, 1)
    async with joined(SocketIo(anna, None)) as (first,):
        sync = await first.next("sync:required")
        assert sync["data"]["reason"] == "connection_established"
        # A second one beside it is no reconnection.
        async with joined(SocketIo(anna, None)) as (second,):
            assert (await second.next("sync:required"))["data"]["reason"] == "connection_established"
        await first.cut()
    async with joined(SocketIo(anna, None)) as (back,):
        same(
            (await back.next("sync:required"))["data"],
            {"user_id": anna.uuid, "reason": "reconnection", "timestamp": MILLIS},
        )


async def test_every_type_of_message(server):
    (anna, boris), chat = await room_of(server, 2)
    address = "https://storage.example.org/1.bin"
    types = {
        "text": ("Hello", {}),
        "photo": (address, {"width": 1080, "height": 1920, "thumbnail": address}),
        "video": (address, {"duration": 30, "thumbnail": address}),
        "voice": (address, {"duration": 15}),
        "location": ("55.7558,37.6173", {"lat": 55.7558, "lng": 37.6173, "address": "Красная площадь"}),
        "profile_share": ("user-uuid", {"name": "Анна", "avatar": address, "is_master": True}),
        "post_share": ("post-uuid", {"author_name": "Мария", "media_url": address}),
        "booking_proposal": ("?", {"service_id": "s", "service_name": "Маникюр", "price": 2000, "duration": 60}),
    }
    heard = Heard(chat)
    async with joined(SocketIo(anna, chat), SocketIo(boris, chat), Multiplexed(boris, chat)) as (io, reader, multi):
        for kind, (content, metadata) in types.items():
            fields = {"type": kind, "content": content} | ({"metadata": metadata} if metadata else {})
            ack = await io._call("chat:message:send", **fields)
            assert ack["status"] == "sent", (kind, ack)
            got = await reader.next("chat:message:new")
            wanted = heard.message(5, 1, content, anna)
            wanted["data"] |= {"id": ack["message_id"], "type": kind, "metadata": metadata}
            same(got, wanted)
            shown = (await multi.next("new_message"))["message"]
            assert (shown["message_type"], shown["content"]) == (kind, content)
    page = (await boris.call("GET", f"/api/v2/chats/{chat.uuid}/messages", expect=200)).data
    assert {message["type"]: (message["content"], message["metadata"]) for message in page} == types
    page = (await boris.call("GET", f"/api/v1/chats/{chat.uuid}/messages", expect=200)).data
    media = {message["type"]: (message["content"], message["media_url"]) for message in page}
    assert {kind: media[kind] for kind in ("photo", "video", "voice")} == dict.fromkeys(
        ("photo", "video", "voice"), ("", address)
    )


@pytest.mark.parametrize(
    "kind, content, metadata",
    [
        ("photo", "not an address", {}),
        ("photo", "ftp://example.org/1.jpg", {}),
        ("photo", "javascript:alert(1)", {}),
        ("photo", "https://example.org/1.jpg", {"width": 0}),
        ("photo", "https://example.org/1.jpg", {"width": "wide"}),
        ("video", "https://example.org/1.mp4", {"duration": -1}),
        ("location", "x", {}),
        ("location", "x", {"lat": 91, "lng": 0}),
        ("location", "x", {"lat": 0, "lng": -181}),
        ("profile_share", "x", {}),
        ("booking_proposal", "x", {"service_id": "s", "service_name": "n", "price": -1, "duration": 60}),
        ("booking_proposal", "x", {"service_id": "s", "service_name": "n", "price": 1}),
        ("text", "x", []),
        ("text", "x", "metadata"),
        ("post_share", "x", {"note": "nul \0"}),
    ],
    ids=repr,
)
async def test_metadata_that_is_none(server, kind, content, metadata):
    (anna,), chat = await room_of(server, 1)
    body = {"type": kind, "content": content, "metadata": metadata}
    answer = await anna.call("POST", f"/api/v2/chats/{chat.uuid}/messages", body, expect=422)
    assert answer.body["code"] == "INVALID_DATA"


async def test_the_engine_refuses_what_is_none(server):
    for query in (
        "",
        "EIO=4",
        "EIO=3&transport=polling",
        "EIO=4&transport=pigeon",
        "EIO=4&transport=polling&sid=nonsense",
    ):
        assert (await call(server, "GET", f"/socket.io/?{query}")).status == 400, query
    assert (await call(server, "POST", "/socket.io/?EIO=4&transport=polling", raw=b"40")).status == 400


async def test_the_handshake_has_exactly_its_keys(server):
    answer = await call(server, "GET", "/socket.io/?EIO=4&transport=polling", expect=200)
    assert answer.text[0] == "0"
    opened = json.loads(answer.text[1:])
    assert set(opened) == {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}
    assert opened["upgrades"] == ["websocket"]
    async with session().get(server.url + f"/socket.io/?EIO=4&transport=polling&sid={opened['sid']}x") as response:
        assert response.status == 400


async def test_delivered_and_read_reach_the_author(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(SocketIo(anna, chat)) as (author,):
        message = await author.message("are you there?")
        spelt = author._spelt(message)
        async with joined(SocketIo(boris, chat), last_message_id=None) as (reader,):
            page = await boris.call("GET", f"/api/v2/chats/{chat.uuid}/messages", expect=200)
            assert page.data[0]["id"] == spelt
            live = await author.message("and now?")
            await reader.next(lambda frame: frame["data"].get("content") == "and now?")
            delivered = await author.next(
                lambda frame: (
                    frame["event"] == "chat:message:delivered" and frame["data"]["message_id"] == author._spelt(live)
                )
            )
            same(
                delivered["data"],
                {
                    "message_id": author._spelt(live),
                    "chat_id": chat.uuid,
                    "delivered_to": boris.uuid,
                    "delivered_at": SECONDS,
                },
            )
            await reader.read(live)
            assert reader.ack["status"] == "read"
            same(reader.ack, {"status": "read", "message_id": author._spelt(live), "read_at": SECONDS})
            for each in (message, live):
                frame = await author.next("chat:message:read")
                same(
                    frame["data"],
                    {
                        "message_id": author._spelt(each),
                        "chat_id": chat.uuid,
                        "read_by": boris.uuid,
                        "read_at": SECONDS,
                    },
                )
