"""Much at once on one connection keeps its order, and who does not read it in time is closed and comes back."""

import asyncio
import json

import pytest

from harness.dialects import DIALECTS, Bare, Multiplexed, Rest, Room, Roulette, SocketIo, fresh, joined
from harness.fold import MESSAGE, View, edit_of, message_of
from harness.inbox import kind
from harness.people import history, room_of
from harness.story import client_cursor


@pytest.mark.parametrize("dialect", [Multiplexed, Room, Roulette, SocketIo])
async def test_200_pipelined_commands_keep_their_order(server, dialect):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(dialect(anna, chat), Multiplexed(boris, chat)) as (writer, reader):
        edited = await writer.message("edited often")
        await reader.next("new_message")
        wanted = []
        for number in range(100):
            await send(writer, f"sent {number}", f"id-{number}")
            await edit(writer, edited, f"edited {number}")
            wanted += [f"sent {number}", f"edited {number}"]
        got = []
        for _ in wanted:
            frame = await reader.next(lambda frame: kind(frame) in ("new_message", "message_updated"))
            got.append((message_of if kind(frame) == "new_message" else edit_of)(frame)[1])
        assert got == wanted
        assert await answers(writer) == [f"id-{number}" for number in range(100)]
    assert [message["content"] for message in await history(boris, chat)] == ["edited 99", *wanted[::2]]


async def send(client, content, client_id):
    """Sends without waiting for the answer."""
    match client:
        case Room():
            await client._say("chat_message", message=content, client_id=client_id)
        case Multiplexed() | Roulette():
            await client._say("send_message", content=content, client_id=client_id)
        case SocketIo():
            fields = {"chat_id": client.chat.uuid, "type": "text", "content": content, "client_id": client_id}
            await client.io.emit("chat:message:send", fields, callback=lambda ack: client.put(acked(client_id, ack)))


def acked(client_id, ack):
    assert ack["status"] == "sent", ack
    return {"event": "message_sent", "data": {"client_id": client_id}}


async def edit(client, message, content):
    if isinstance(client, SocketIo):
        fields = {"chat_id": client.chat.uuid, "message_id": client._spelt(message), "content": content}
        await client.emit("chat:message:edit", fields)
    else:
        await client.edit(message, content)


async def answers(client):
    """The `client_id`s of the answers, in their order."""
    found = []
    while len(found) < 100:
        frame = await client.next("message_sent")
        fields = frame.get("payload") or frame.get("data") or frame
        found.append(fields["client_id"])
    return found


async def test_200_pipelined_messages_on_a_bare_socket(server):
    (anna, boris), chat = await room_of(server, 2)
    contents = [f"pipelined {number}" for number in range(200)]
    async with joined(Bare(anna, chat), Bare(boris, chat)) as (writer, reader):
        for content in contents:
            await writer.send({"type": "message", "content": content})
        for client in (writer, reader):
            assert [(await client.next(lambda frame: True))["content"] for _ in contents] == contents
    assert [message["content"] for message in await history(boris, chat)] == contents


async def test_200_pipelined_requests_on_one_connection(server):
    """HTTP/1.1 as it was meant: all requests at once, the answers in their order."""
    (anna, boris), chat = await room_of(server, 2)
    contents = [f"pipelined {number}" for number in range(200)]
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for content in contents:
        body = json.dumps({"content": content})
        head = f"POST /api/chats/{chat.id}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {anna.token}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    got = []
    for _ in contents:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert head.startswith("http/1.1 200"), head
        length = next(line for line in head.splitlines() if line.startswith("content-length:"))
        got.append(json.loads(await reader.readexactly(int(length.partition(":")[2])))["data"]["content"])
    writer.close()
    assert got == contents
    assert [message["content"] for message in await history(boris, chat)] == contents


@pytest.mark.parametrize("dialect", [*DIALECTS, Bare])
async def test_a_reader_that_stops_is_closed_and_resumes_whole(new_server, dialect):
    """Nobody waits for it meanwhile."""
    server, flood, padding = new_server(), 2500, "x" * 8192
    (anna, boris, clara), chat = await room_of(server, 3)
    stuck, view = dialect(boris, chat), View()
    async with joined(Multiplexed(anna, chat), Multiplexed(clara, chat)) as (writer, witness):
        await stuck.join(cursor="")
        sent = [await writer.message("the first")]
        await stuck.inbox.seen(lambda frame: name(frame) in MESSAGE)
        stuck.wire.pause_reading()
        await witness.next("new_message")
        for start in range(0, flood, 50):
            batch = [f"{number} {padding}" for number in range(start, start + 50)]
            for content in batch:
                await writer._say("send_message", content=content)
            # The witness has them all while the stuck one has stopped.
            sent += [(await witness.next("new_message"))["message"]["id"] for _ in batch]
        stuck.wire.resume_reading()
        code = await stuck.inbox.closed()
        # A stream and Socket.IO have no codes.
        assert code == 1013 or dialect in (Rest, SocketIo)
        cursor = take(view, stuck.inbox.heard)
        assert len(view.order) < len(sent)
        end = fresh("the end")
        await writer._say("send_message", content=end)
        sent.append((await witness.next("new_message"))["message"]["id"])
        async with joined(dialect(boris, chat), cursor=cursor) as (back,):
            take(view, await back.until(lambda frame: name(frame) in MESSAGE and message_of(frame)[1] == end))
    assert view.order == sent


def name(frame):
    """Bare messages have none of their own."""
    return kind(frame) or "message"


def take(view, frames):
    """What the frames say goes into the view; gives their last cursor."""
    cursor = None
    for frame in frames:
        view.take({"type": name(frame)} | frame)
        cursor = client_cursor(frame) or cursor
    return cursor
