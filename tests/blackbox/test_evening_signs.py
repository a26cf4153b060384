"""Reading, typing, members, coming and going in all five dialects, as they were recorded."""

import pytest

from harness.wires import Socketio, WebSocket

pytestmark = pytest.mark.database


async def test_signs(play):
    """Reading, typing, coming and going, members."""
    evening, we = await play("signs", presence_grace="0")
    await we.open()
    for number in range(3):
        async with evening.step(f"Message {number}"):
            await we.v2.ask("POST", we.path2("/messages"), {"type": "text", "content": f"number {number}"})
    first = await we.said_uuid(0)
    async with evening.step("Anna reads the first"):
        await we.rest.ask("POST", we.path("/read"), {"message_id": await we.said(0)})
    async with evening.step("Anna reads it again"):
        await we.rest.ask("POST", we.path("/read"), {"message_id": await we.said(0)})
    async with evening.step("Boris reads"):
        await we.multiplexed.send({"type": "read_messages", "chat_id": we.room.id})
    async with evening.step("Clara reads"):
        await we.narrow.send({"type": "mark_read"})
    async with evening.step("Dima reads"):
        await we.roulette.send({"type": "mark_read", "payload": {"message_id": first}})
    async with evening.step("Anna writes, Eva reads"):
        await we.rest.ask("POST", we.path("/messages"), {"content": "the fourth"})
    async with evening.step("Eva reads"):
        await we.io.call(1, "chat:message:read", we.there(message_id=await we.said_uuid()))
    await typing(evening, we)
    await members(evening, we)
    await comings(evening, we)
    await evening.end()


async def typing(evening, we):
    room = {"chat_id": we.room.id}
    ways = {
        "Anna": lambda on: we.rest.ask("POST", we.path("/typing"), {"is_typing": on}),
        "Boris": lambda on: we.multiplexed.send({"type": "typing", "is_typing": on} | room),
        "Clara": lambda on: we.narrow.send({"type": "typing", "is_typing": on}),
        "Dima": lambda on: we.roulette.send({"type": "typing", "payload": {"is_typing": on}}),
        "Eva": lambda on: we.io.call(2, "chat:typing", we.there(is_typing=on)),
    }
    for name, say in ways.items():
        async with evening.step(f"{name} types"):
            await say(True)
        async with evening.step(f"{name} stops"):
            await say(False)
    async with evening.step("Eva types and goes silent", silence=4):
        await we.io.emit("chat:typing", we.there(is_typing=True))
    async with evening.step("Boris types and writes"):
        await ways["Boris"](True)
        await we.multiplexed.send({"type": "send_message", "content": "done"} | room)


async def members(evening, we):
    async with evening.step("Felix waits outside"):
        felix = await WebSocket(evening, "felix multiplexed", we.felix).open("/ws")
    async with evening.step("Felix waits there, too"):
        io = await Socketio(evening, "felix io", we.felix).open()
        await we.connected(io)
    async with evening.step("Anna adds Felix"):
        await we.rest.ask("POST", we.path("/members"), {"user_id": we.felix.id})
    async with evening.step("Anna adds Felix again"):
        await we.rest.ask("POST", we.path("/members"), {"username": "felix"})
    async with evening.step("Felix joins"):
        await felix.send({"type": "join_chat", "chat_id": we.room.id})
    async with evening.step("Felix joins there, too"):
        await io.call(0, "chat:join", we.there())
    async with evening.step("Anna gives the room another title"):
        await we.rest.ask("PATCH", we.path(), {"title": "Late"})
    async with evening.step("Felix is removed"):
        await we.rest.ask("DELETE", we.path(f"/members/{we.felix.id}"))
    async with evening.step("Felix asks"):
        await felix.send({"type": "send_message", "chat_id": we.room.id, "content": "?"})
        await io.call(1, "chat:join", we.there())
    async with evening.step("Felix goes"):
        await felix.close()
    async with evening.step("Felix goes there, too"):
        await io.close()


async def comings(evening, we):
    async with evening.step("Anna looks on"):
        await WebSocket(evening, "anna multiplexed", we.anna).open("/ws")
    async with evening.step("Boris is away"):
        await we.multiplexed.send({"type": "status", "status": "away"})
    async with evening.step("Boris hides"):
        await we.multiplexed.send({"type": "status", "status": "offline"})
    async with evening.step("Boris is back"):
        await we.multiplexed.send({"type": "status", "status": "online"})
    async with evening.step("Boris pings and renews"):
        await we.multiplexed.send({"type": "ping"})
        await we.multiplexed.send({"type": "auth", "token": we.boris.token})
        await we.io.call(3, "auth:refresh", {"token": we.eva.token})
    async with evening.step("Boris stops hearing the room"):
        await we.multiplexed.send({"type": "leave_chat", "chat_id": we.room.id})
        await we.io.call(4, "chat:leave", we.there())
    for name in ["multiplexed", "narrow", "io"]:
        async with evening.step(f"The one of {name} goes"):
            await getattr(we, name).close()
    async with evening.step("Dima goes"):
        await we.roulette.close()
    async with evening.step("Dima goes for good"):
        await we.own.close()
    async with evening.step("Clara comes back"):
        await we.open_narrow()
    async with evening.step("Dima comes back"):
        await we.open_roulette()
    async with evening.step("Clara is removed"):
        await we.rest.ask("DELETE", we.path(f"/members/{we.clara.id}"))
    async with evening.step("Dima leaves"):
        await we.v1.ask("DELETE", we.path1(f"/members/{we.dima.uuid}"))
