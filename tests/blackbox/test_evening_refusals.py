"""Frames that are refused, handshakes that are, and Socket.IO by long-polling, as they were recorded."""

import pytest

from harness import ids
from harness.client import Refused
from harness.wires import Http, Socketio, WebSocket

pytestmark = pytest.mark.database
LONG = "x" * 17000


async def test_refusals(play):
    evening, we = await play("refusals")
    await we.open()
    async with evening.step("Anna writes"):
        await we.rest.ask("POST", we.path("/messages"), {"content": "hers"})
    hers, unknown = await we.said(), 999_999
    async with evening.step("The chat of dialect 1"):
        for frame in ["{", "[]", {"type": "nonsense"}, {"type": "message"}, {"type": "message", "content": " "}]:
            await we.chat.send(frame)
    async with evening.step("Dialect 2"):
        room = {"chat_id": we.room.id}
        await say(
            we.multiplexed,
            ["{", "[]", {}, {"type": "nonsense"}, {"type": "join_chat"}, {"type": "join_chat", "chat_id": "x"}],
            [{"type": "join_chat", "chat_id": unknown}, {"type": "send_message", "content": LONG} | room],
            [{"type": "edit_message", "message_id": hers, "content": "not mine"} | room],
            [{"type": "delete_message", "message_id": hers} | room],
            [{"type": "like_message", "message_id": unknown} | room, {"type": "status", "status": "asleep"}],
            [{"type": "auth", "token": "nonsense"}, {"type": "send_message", "content": "", "client_id": "n"} | room],
        )
    async with evening.step("Dialect 3"):
        await say(
            we.narrow,
            ["{", {"type": "nonsense"}, {"type": "chat_message"}, {"type": "chat_message", "message": "  "}],
            [{"type": "edit_message", "message_id": hers, "message": "not mine"}, {"type": "typing"}],
            [{"type": "delete_message", "message_id": hers}, {"type": "like_message", "message_id": unknown}],
        )
    async with evening.step("Clara comes in English"):
        await we.narrow.close()
        await we.open_narrow(lang="en")
    async with evening.step("Dialect 3 in English"):
        await we.narrow.send({"type": "chat_message", "message": "  "})
    async with evening.step("Dialect 4"):
        message = ids.uuid(ids.MESSAGE, hers)
        await say(
            we.roulette,
            [
                "{",
                {"type": "nonsense", "payload": {}},
                {"type": "send_message"},
                {"type": "send_message", "payload": {}},
            ],
            [{"type": "edit_message", "payload": {"message_id": message, "content": "not mine"}}],
            [{"type": "delete_message", "payload": {"message_id": message}}],
            [{"type": "like_message", "payload": {"message_id": ids.uuid(ids.MESSAGE, unknown)}}],
            [{"type": "like_message", "payload": {"message_id": hers}}],
        )
        await we.own.send({"type": "send_message", "payload": {"content": "where?"}})
    async with evening.step("Dialect 5"):
        await we.io.emit("nonsense", {})
        await we.io.emit("chat:message:send", {"chat_id": "x"})
        for number, (event, data) in enumerate(wrong_events(we, message), 1):
            await we.io.call(number, event, data)
    await handshakes(evening, we)
    await polling(evening, we)
    await evening.end()


async def say(wire, *frames):
    for frame in [frame for some in frames for frame in some]:
        await wire.send(frame)


def wrong_events(we, message):
    unknown = {"chat_id": ids.uuid(ids.CHAT, 999_999)}
    yield "chat:join", unknown
    yield "chat:join", {}
    yield "chat:message:send", we.there(type="text", content=" ", client_id="n")
    yield "chat:message:send", we.there(type="photo", content="no address")
    yield "chat:message:send", we.there(type="location", content="x", metadata={"lat": "north"})
    yield "chat:message:edit", we.there(message_id=message, content="not mine")
    yield "chat:message:delete", we.there(message_id=message)
    yield "chat:typing", we.there()
    yield "notification:read", {"notification_id": ids.uuid(ids.NOTIFICATION, 999_999)}
    yield "auth:refresh", {"token": "nonsense"}


async def handshakes(evening, we):
    """What opens no socket; dialect 5 takes it and says why."""
    stranger = {"/ws": {}, "/api/v1/ws": {"chat_id": we.room.uuid}}
    stranger |= {f"/chat/{we.room.id}": {}, f"/ws/chat/{we.room.id}/": {}, "/ws/chat/999999/": {}}
    for path, query in stranger.items():
        shown = evening.plain.path(path)
        async with evening.step(f"Felix at {shown}"):
            wire = WebSocket(evening, f"felix at {shown}", we.felix)
            await refused(wire, path, query)
        async with evening.step(f"Nobody at {shown}"):
            wire = WebSocket(evening, f"nobody at {shown}", we.felix)
            wire.token = "nonsense"
            await refused(wire, path, query)
    async with evening.step("Nobody at Socket.IO"):
        await Socketio(evening, "nobody io", None).open(token="nonsense")


async def refused(wire, path, query):
    try:
        await wire.open(path, **query)
    except Refused as answer:
        wire.put(f"{answer.status} ", answer.text, wire.plain.json)


async def polling(evening, we):
    """A session of Engine.IO over HTTP, request by request."""
    wire = Http(evening, "eva polling", None)
    address = "/socket.io/?EIO=4&transport=polling"
    async with evening.step("Eva polls"):
        sid = (await wire.packets("GET", address))[0].split('"sid":"')[1].split('"')[0]
        address += f"&sid={sid}"
        await wire.packets("POST", address, f'40{{"token":"{we.eva.token}"}}')
        await wire.packets("GET", address, until="sync:required")
    async with evening.step("Eva joins by polling"):
        await wire.packets("POST", address, f'421["chat:join",{{"chat_id":"{we.room.uuid}"}}]')
        await wire.packets("GET", address, until="431")
    async with evening.step("Eva goes"):
        await wire.packets("POST", address, "41")
        await wire.packets("GET", "/socket.io/?EIO=4&transport=polling&sid=nonsense")
        await wire.packets("GET", "/socket.io/?EIO=3&transport=polling")
