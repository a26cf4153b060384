"""Sends, edits, likes and deletes in all five dialects, as they were recorded (see `harness/transcript.py`)."""

import pytest

pytestmark = pytest.mark.database


async def test_messages(play):
    evening, we = await play("messages")
    await we.open()
    async with evening.step("Anna writes over HTTP"):
        await we.rest.ask("POST", we.path("/messages"), {"content": 'hello, «ёлка» "quoted" <b>&\n\u2028 \\'})
    async with evening.step("Anna writes on her socket"):
        await we.chat.send({"type": "message", "content": "from the chat"})
    async with evening.step("Boris writes"):
        await we.multiplexed.send({"type": "send_message", "chat_id": we.room.id, "content": "from two"})
    async with evening.step("Boris writes with a name"):
        frame = {"type": "send_message", "chat_id": we.room.id, "content": "named", "client_id": "b1"}
        await we.multiplexed.send(frame)
    async with evening.step("Boris repeats it"):
        await we.multiplexed.send(frame)
    async with evening.step("Boris uses the name for something else"):
        await we.multiplexed.send(frame | {"content": "another"})
    async with evening.step("Clara writes with a name"):
        await we.narrow.send({"type": "chat_message", "message": "from three", "client_id": "c1"})
    async with evening.step("Clara repeats it"):
        await we.narrow.send({"type": "chat_message", "message": "from three", "client_id": "c1"})
    async with evening.step("Dima writes with a name"):
        await we.roulette.send({"type": "send_message", "payload": {"content": "from four", "client_id": "d1"}})
    async with evening.step("Dima repeats it"):
        await we.roulette.send({"type": "send_message", "payload": {"content": "from four", "client_id": "d1"}})
    async with evening.step("Eva writes with a name"):
        data = we.there(type="text", content="from five", client_id="e1")
        await we.io.call(1, "chat:message:send", data)
    async with evening.step("Eva repeats it"):
        await we.io.call(2, "chat:message:send", data)
    async with evening.step("Dima sends a photo"):
        payload = {"type": "photo", "media_url": "https://chat.example/a.jpg", "content": "a caption"}
        await we.roulette.send({"type": "send_message", "payload": payload})
    await kinds(evening, we)
    await changes(evening, we)
    await evening.end()


async def kinds(evening, we):
    """Every type of message, through the dialect that knows them all."""
    fields = {
        "photo": (
            "https://chat.example/p.jpg",
            {"width": 640, "height": 480, "thumbnail": "https://chat.example/t.jpg"},
        ),
        "video": ("https://chat.example/v.mp4", {"duration": 12.5}),
        "voice": ("https://chat.example/v.ogg", {"duration": 3}),
        "location": ("here", {"lat": 55.75, "lng": 37.62, "address": "Москва"}),
        "profile_share": ("a profile", {"name": "Мастер", "extra": [1, None]}),
        "post_share": ("a post", {}),
        "booking_proposal": ("a booking", {"service_id": "s", "service_name": "cut", "price": 1500, "duration": 60}),
    }
    for number, (kind, (content, metadata)) in enumerate(fields.items()):
        async with evening.step(f"Eva sends a {kind}"):
            data = we.there(type=kind, content=content, metadata=metadata)
            await we.io.call(10 + number, "chat:message:send", data)


async def changes(evening, we):
    """Edits, likes and deletes, in each dialect. Each changes a message of its own."""
    texts = {
        name: await we.said_uuid(number) for number, name in enumerate(["rest", "chat", "two", "b", "c", "d", "e"])
    }
    plain = {name: await we.said(number) for number, name in enumerate(["rest", "chat", "two", "b", "c", "d", "e"])}
    there = {"chat_id": we.room.id}
    async with evening.step("Anna edits over HTTP"):
        await we.rest.ask("PATCH", we.path(f"/messages/{plain['rest']}"), {"content": "edited"})
    async with evening.step("Anna says the same"):
        await we.rest.ask("PATCH", we.path(f"/messages/{plain['rest']}"), {"content": "edited"})
    async with evening.step("Boris edits"):
        await we.multiplexed.send({"type": "edit_message", "message_id": plain["two"], "content": "edited"} | there)
    async with evening.step("Clara edits"):
        await we.narrow.send({"type": "edit_message", "message_id": plain["c"], "message": "edited"})
    async with evening.step("Dima edits"):
        payload = {"message_id": texts["d"], "content": "edited"}
        await we.roulette.send({"type": "edit_message", "payload": payload})
    async with evening.step("Eva edits"):
        await we.io.call(20, "chat:message:edit", we.there(message_id=texts["e"], content="edited"))
    async with evening.step("Anna likes and takes it back"):
        await we.rest.ask("PUT", we.path(f"/messages/{plain['d']}/like"))
        await we.rest.ask("DELETE", we.path(f"/messages/{plain['d']}/like"))
    for verb in ["like", "unlike"]:
        async with evening.step(f"Boris {verb}s"):
            await we.multiplexed.send({"type": f"{verb}_message", "message_id": plain["d"]} | there)
        async with evening.step(f"Clara {verb}s"):
            await we.narrow.send({"type": f"{verb}_message", "message_id": plain["d"]})
        async with evening.step(f"Dima {verb}s"):
            await we.roulette.send({"type": f"{verb}_message", "payload": {"message_id": texts["d"]}})
        async with evening.step(f"Eva {verb}s"):
            await we.io.call(21, f"chat:message:{verb}", we.there(message_id=texts["d"]))
        async with evening.step(f"The three trees after each {verb}"):
            await we.rest.ask("GET", we.path("/messages?limit=3"))
            await we.v1.ask("GET", we.path1(f"/messages/{texts['d']}/likes"))
            await we.v2.ask("GET", we.path2("/messages?limit=2"))
    async with evening.step("Anna deletes over HTTP"):
        await we.rest.ask("DELETE", we.path(f"/messages/{plain['rest']}"))
    async with evening.step("Boris deletes"):
        await we.multiplexed.send({"type": "delete_message", "message_id": plain["two"]} | there)
    async with evening.step("Clara deletes"):
        await we.narrow.send({"type": "delete_message", "message_id": plain["c"]})
    async with evening.step("Dima deletes"):
        await we.roulette.send({"type": "delete_message", "payload": {"message_id": texts["d"]}})
    async with evening.step("Eva deletes"):
        await we.io.call(22, "chat:message:delete", we.there(message_id=texts["e"]))
    async with evening.step("Eva repeats what was deleted"):
        data = we.there(type="text", content="from five", client_id="e1")
        await we.io.call(23, "chat:message:send", data)
