"""The same `client_id` any number of times: one message, one broadcast, the same answer, in whichever dialect."""

import asyncio

import pytest

from harness import ids
from harness.dialects import DIALECTS, Bare, Multiplexed, SocketIo, joined
from harness.fold import MESSAGE, as_number, message_of
from harness.frames import error
from harness.inbox import kind
from harness.people import add, history, register_many, remove, room_of
from harness.shapes import MICROS, SECONDS, TEXT, same

pytestmark = pytest.mark.database


async def answer_to_repeat(client, content, client_id):
    """Sends and gives the answer as (message id, created_at to the second)."""
    match client.number:
        case 1:
            sent = {"content": content, "client_id": client_id}
            data = (await client.user.call("POST", client._path("/messages"), sent, expect=200)).data
            return data["id"], data["created_at"][:19]
        case 2 | 3:
            field = "content" if client.number == 2 else "message"
            kind_ = "send_message" if client.number == 2 else "chat_message"
            await client._say(kind_, **{field: content, "client_id": client_id})
            frame = await client.next("message_sent")
            return frame["message_id"], frame["timestamp"][:19]
        case 4:
            await client._say("send_message", content=content, client_id=client_id)
            payload = (await client.next("message_sent"))["payload"]
            return as_number(payload["message_id"]), payload["created_at"][:19]
        case 5:
            fields = {"type": "text", "content": content, "client_id": client_id}
            ack = await client._call("chat:message:send", **fields)
            return as_number(ack["message_id"]), ack["created_at"][:19]


async def test_raced_in_all_dialects_at_once(server):
    (anna, boris), chat = await room_of(server, 2)
    writers = [dialect(anna, chat) for dialect in DIALECTS]
    async with joined(*writers, Multiplexed(boris, chat)) as clients:
        witness = clients[-1]
        for number in range(20):
            answers = await asyncio.gather(
                *(answer_to_repeat(writer, f"raced {number}", f"race-{number}") for writer in writers)
            )
            assert len(set(answers)) == 1, answers
        mark = await writers[0].message("mark")
        frames = await witness.until(lambda frame: kind(frame) in MESSAGE and message_of(frame)[0] == mark)
        contents = [message_of(frame)[1] for frame in frames if kind(frame) in MESSAGE]
        assert contents == [f"raced {number}" for number in range(20)] + ["mark"]
    assert [message["content"] for message in await history(boris, chat)] == contents


async def test_the_answers_of_each_dialect(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(*(dialect(anna, chat) for dialect in DIALECTS)) as (rest, multi, room, roulette, io):
        sent = {"content": "once", "client_id": "k"}
        first = (await anna.call("POST", rest._path("/messages"), sent, expect=200)).body
        message, spelt = first["data"]["id"], ids.uuid(ids.MESSAGE, first["data"]["id"])
        author = {"id": anna.id, "name": anna.name, "avatar": anna.avatar}
        same(
            first,
            {
                "status": "success",
                "data": {"id": message, "content": "once", "user": author, "created_at": MICROS},
            },
        )
        assert (await anna.call("POST", rest._path("/messages"), sent, expect=200)).body == first
        await multi._say("send_message", content="once", client_id="k")
        same(
            await multi.next("message_sent"),
            {"type": "message_sent", "chat_id": chat.id, "message_id": message, "client_id": "k", "timestamp": SECONDS},
        )
        await room._say("chat_message", message="once", client_id="k")
        same(
            await room.next("message_sent"),
            {"type": "message_sent", "message_id": message, "message": "once", "client_id": "k", "timestamp": SECONDS},
        )
        await roulette._say("send_message", content="once", client_id="k")
        same(
            await roulette.next("message_sent"),
            {
                "type": "message_sent",
                "chat_id": chat.uuid,
                "payload": {"message_id": spelt, "created_at": SECONDS, "client_id": "k"},
            },
        )
        ack = await io._call("chat:message:send", type="text", content="once", client_id="k")
        same(ack, {"status": "sent", "message_id": spelt, "created_at": SECONDS})


async def test_the_header_is_the_same_key(server):
    (anna, boris), chat = await room_of(server, 2)
    path = f"/api/chats/{chat.id}/messages"
    key = {"Idempotency-Key": "k"}
    first = await anna.call("POST", path, {"content": "once"}, headers=key, expect=200)
    again = await anna.call("POST", path, {"content": "once", "client_id": "k"}, headers=key, expect=200)
    assert again.body == first.body
    differs = await anna.call("POST", path, {"content": "once", "client_id": "l"}, headers=key, expect=422)
    same(differs.body, error(1, "INVALID_DATA"))
    # The key is the sender's own: the other's is another message.
    other = await boris.call("POST", path, {"content": "once"}, headers=key, expect=200)
    assert other.data["id"] != first.data["id"]


async def test_another_body_is_a_conflict_that_names_the_first(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(*(dialect(anna, chat) for dialect in DIALECTS)) as (rest, multi, room, roulette, io):
        message = await multi.message("first", client_id="k")
        spelt = ids.uuid(ids.MESSAGE, message)
        refused = await anna.call("POST", rest._path("/messages"), {"content": "b", "client_id": "k"}, expect=409)
        same(refused.body, error(1, "CONFLICT", message_id=message))
        await multi._say("send_message", content="b", client_id="k")
        same(await multi.next("error"), error(2, "CONFLICT", message_id=message, client_id="k"))
        await room._say("chat_message", message="b", client_id="k")
        same(await room.next("error"), error(3, "CONFLICT", message_id=message, client_id="k"))
        await roulette._say("send_message", content="b", client_id="k")
        frame = await roulette.next("error")
        same(frame, error(4, "CONFLICT", chat_id=chat.uuid, message_id=spelt, client_id="k"))
        ack = await io._call("chat:message:send", type="text", content="b", client_id="k")
        same(ack, {"status": "error", "code": "CONFLICT", "message": TEXT, "message_id": spelt})
        other_type = {"type": "photo", "content": "https://example.org/1.jpg", "client_id": "k"}
        ack = await io._call("chat:message:send", **other_type)
        assert ack["code"] == "CONFLICT"


async def test_a_repeat_after_an_edit_a_delete_and_a_removal(server):
    (anna, boris), chat = await room_of(server, 2)
    path = f"/api/chats/{chat.id}/messages"
    sent = {"content": "mine", "client_id": "k"}
    message = (await boris.call("POST", path, sent, expect=200)).data["id"]
    await boris.call("PATCH", f"{path}/{message}", {"content": "edited"}, expect=200)
    again = (await boris.call("POST", path, sent, expect=200)).data
    assert (again["id"], again["content"]) == (message, "edited")
    await remove(anna, chat, boris)
    again = (await boris.call("POST", path, sent, expect=200)).data
    assert (again["id"], again["content"]) == (message, "edited")
    await boris.call("POST", path, {"content": "new", "client_id": "l"}, expect=403)
    await add(anna, chat, boris)
    await boris.call("DELETE", f"{path}/{message}", expect=200)
    again = (await boris.call("POST", path, sent, expect=200)).data
    assert (again["id"], again["content"]) == (message, "")


async def test_bare_sockets_answer_a_repeat_to_the_sender_alone(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Bare(anna, chat), Bare(anna, chat), Bare(boris, chat)) as (sender, own, other):
        message = await sender.message("once", client_id="k")
        assert await sender.message("once", client_id="k") == message
        mark = await sender.message("mark")
        for client in (own, other):
            frames = await client.until(lambda frame: frame["id"] == mark)
            assert [frame["id"] for frame in frames] == [message, mark]


async def test_after_a_restart(new_server):
    server = new_server()
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (client,):
        message = await client.message("once", client_id="k")
    await asyncio.to_thread(server.restart)
    async with joined(SocketIo(anna, chat), Multiplexed(boris, chat)) as (client, witness):
        assert await client.message("once", client_id="k") == message
        mark = await client.message("mark")
        assert (await witness.next("new_message"))["message"]["id"] == mark


@pytest.mark.parametrize("bad", ["", "x" * 65, "line\nbreak", 7])
async def test_a_client_id_that_is_none(server, bad):
    (anna, boris), chat = await room_of(server, 2)
    body = {"content": "text", "client_id": bad}
    answer = await anna.call("POST", f"/api/chats/{chat.id}/messages", body, expect=422)
    same(answer.body, error(1, "INVALID_DATA"))


async def test_groups_too(server):
    anna, boris = await register_many(server, 2)
    body = {"type": "group", "title": "Once", "member_ids": [boris.id]}
    key = {"Idempotency-Key": "group-1"}
    answers = await asyncio.gather(*(anna.call("POST", "/api/chats", body, headers=key) for _ in range(5)))
    assert len({answer.data["id"] for answer in answers}) == 1
    assert {answer.status for answer in answers} <= {200, 201}
    other = body | {"title": "Another"}
    refused = await anna.call("POST", "/api/chats", other, headers=key, expect=409)
    assert refused.body["code"] == "CONFLICT"


@pytest.mark.parametrize("prefix", ["/api", "/api/v1", "/api/v2"])
async def test_a_group_that_its_maker_has_left(server, prefix):
    anna, boris = await register_many(server, 2)
    body = {"type": "group", "title": "Left", "member_ids": [boris.id if prefix == "/api" else boris.uuid]}
    key = {"Idempotency-Key": "group"}
    first = (await anna.call("POST", f"{prefix}/chats", body, headers=key, expect=201)).data
    me = anna.id if prefix == "/api" else anna.uuid
    await anna.call("DELETE", f"{prefix}/chats/{first['id']}/members/{me}", expect=200 if prefix == "/api" else 204)
    again = (await anna.call("POST", f"{prefix}/chats", body, headers=key, expect=201)).data
    # Who is in it now is not the leaver's business any more.
    same(again, first | {"members_count": 1, "members": []})
    await anna.call("POST", f"{prefix}/chats", body | {"title": "Other"}, headers=key, expect=409)
