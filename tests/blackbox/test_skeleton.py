"""Two dialects in one room: Python's websockets (dialect 2) and socket.io-client (dialect 5)."""

import asyncio

import pytest

from harness import ids
from harness.client import is_lost
from harness.dialects import Multiplexed, fresh
from harness.frames import Heard, with_cursor
from harness.luck import luck
from harness.node import Node, NodeSocketIo
from harness.people import group, history, register
from harness.shapes import MILLIS, SECONDS, TEXT, USER_UUID, same

pytestmark = pytest.mark.database


async def two_people(server):
    anna, boris = await asyncio.gather(register(server, "anna"), register(server, "boris"))
    return anna, boris, await group(anna, boris)


async def test_each_sees_the_other_as_its_document_shows(server):
    anna, boris, chat = await two_people(server)
    heard = Heard(chat)
    async with Node() as node, Multiplexed(anna, chat) as socket, NodeSocketIo(node, boris, chat) as io:
        await socket.join()
        await io.join()
        same(socket.inbox.heard[0], {"type": "connected", "user_id": anna.id, "timestamp": SECONDS})
        same(socket.joined, {"type": "joined_chat", "chat_id": chat.id, "timestamp": SECONDS})
        # That the chat was made may be told in between.
        hello = [frame for frame in io.inbox.heard if frame["event"] != "chat:updated"]
        assert [frame["event"] for frame in hello[:2]] == ["connected", "sync:required"]
        same(hello[0]["data"], {"socket_id": TEXT, "user_id": boris.uuid, "timestamp": MILLIS})
        same(
            hello[1]["data"],
            {"user_id": boris.uuid, "reason": "connection_established", "timestamp": MILLIS},
        )
        same(io.ack, {"status": "joined", "chat_id": chat.uuid})

        first = await socket.message("Привет!")
        same(await socket.next("new_message"), heard.message(2, first, "Привет!", anna))
        same(await io.next("chat:message:new"), heard.message(5, first, "Привет!", anna))

        second = await io.message("Hello, \U0001f980")
        same(io.ack, {"status": "sent", "message_id": ids.uuid(ids.MESSAGE, second), "created_at": SECONDS})
        same(await socket.next("new_message"), heard.message(2, second, "Hello, \U0001f980", boris))
        same(await io.next("chat:message:new"), heard.message(5, second, "Hello, \U0001f980", boris))
        assert second > first


async def test_the_answer_comes_before_the_echo(server):
    anna, boris, chat = await two_people(server)
    async with Node() as node, Multiplexed(anna, chat) as socket, NodeSocketIo(node, boris, chat) as io:
        await socket.join()
        await io.join()
        message = await socket.message("one", client_id="my-1")
        answer, echo = [frame for frame in socket.inbox.heard if frame["type"] == "message_sent"][0], None
        same(
            answer,
            {
                "type": "message_sent",
                "chat_id": chat.id,
                "message_id": message,
                "client_id": "my-1",
                "timestamp": SECONDS,
            },
        )
        echo = await socket.next("new_message")
        assert socket.inbox.heard.index(answer) < socket.inbox.heard.index(echo)


async def test_history_over_rest(server):
    anna, boris, chat = await two_people(server)
    async with Multiplexed(anna, chat) as socket:
        await socket.join()
        sent = [await socket.message(f"number {number}") for number in range(3)]
    first = await boris.call("GET", f"/api/chats/{chat.id}/messages", expect=200)
    assert set(first.body) >= {"status", "data", "cursor"}
    assert [message["id"] for message in first.data] == sent
    second = await boris.call("GET", f"/api/v2/chats/{chat.uuid}/messages", expect=200)
    assert [message["id"] for message in second.data] == [ids.uuid(ids.MESSAGE, message) for message in sent]
    assert [message["sender_id"] for message in second.data] == [anna.uuid] * 3
    assert second.data[0]["sender_id"] == USER_UUID


class Returning:
    """Reads a room through a dialect, is cut again and again, and always comes back with its newest cursor."""

    def __init__(self, make, kind, message_of, choose):
        self.make, self.kind, self.message_of, self.choose = make, kind, message_of, choose
        self.messages, self.cuts, self.cursor = [], 0, ""

    async def read(self, until, started):
        while until not in [content for _, content in self.messages]:
            client = self.make()
            await client.join(cursor=self.cursor)
            self.cursor = client.cursor
            started.set()
            await self._listen(client, until, self.choose.randint(1, 60))
            await client.cut()
            self.cuts += 1

    async def _listen(self, client, until, count):
        for _ in range(count):
            frame = await client.next(self.kind)
            self.messages.append(self.message_of(frame))
            self.cursor = frame["data"]["cursor"] if "event" in frame else frame["cursor"]
            if self.messages[-1][1] == until:
                return


def of_second(frame):
    return frame["message"]["id"], frame["message"]["content"]


def of_fifth(frame):
    return ids.number(frame["data"]["id"]), frame["data"]["content"]


@pytest.mark.parametrize("reading", ["socket", "io"])
async def test_cut_at_random_points_while_the_other_sends_500(server, reading):
    anna, boris, chat = await two_people(server)
    async with Node() as node:
        if reading == "socket":
            writer = NodeSocketIo(node, boris, chat)
            reader = Returning(lambda: Multiplexed(anna, chat), "new_message", of_second, luck())
        else:
            writer = Multiplexed(anna, chat)
            reader = Returning(lambda: NodeSocketIo(node, boris, chat), "chat:message:new", of_fifth, luck())
        async with writer:
            await writer.join()
            last = fresh("last")
            contents = [f"text {number}" for number in range(499)] + [last]
            started = asyncio.Event()
            reads = asyncio.create_task(reader.read(last, started))
            # From now on: what is sent before the first join is not the reader's business.
            await started.wait()
            sent = [(await writer.message(content), content) for content in contents]
            await reads
    assert reader.cuts > 5
    assert reader.messages == sent


async def test_every_frame_carries_the_cursor_of_those_who_asked(server):
    anna, boris, chat = await two_people(server)
    async with Node() as node, Multiplexed(anna, chat) as socket, NodeSocketIo(node, boris, chat) as io:
        await socket.join(cursor="")
        await io.join(cursor="")
        same(socket.joined, {"type": "joined_chat", "chat_id": chat.id, "cursor": TEXT, "timestamp": SECONDS})
        same(io.ack, {"status": "joined", "chat_id": chat.uuid, "cursor": TEXT})
        message = await socket.message("with a cursor")
        same(await socket.next("new_message"), with_cursor(2, Heard(chat).message(2, message, "with a cursor", anna)))
        same(await io.next("chat:message:new"), with_cursor(5, Heard(chat).message(5, message, "with a cursor", anna)))


class Sender:
    """Sends on and on; what has no answer when the connection dies is sent again with the same `client_id`."""

    def __init__(self, make, stem, count):
        self.make, self.stem, self.count = make, stem, count
        self.acknowledged = {}

    async def run(self, progress):
        number = 0
        while number < self.count:
            try:
                client = self.make()
                await client.join()
                while number < self.count:
                    content = f"{self.stem} {number}"
                    message = await client.message(content, client_id=f"{self.stem}-{number}")
                    assert content not in self.acknowledged
                    self.acknowledged[content] = message
                    number += 1
                    progress(number)
                await client.close()
            except Exception as lost:
                if not is_lost(lost):
                    raise
                # The server is down: nothing to wait for but its port.
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("kills", [3])
async def test_killed_while_they_send(new_server, kills):
    server = new_server()
    anna, boris, chat = await two_people(server)
    chance = luck()
    async with Node() as node:
        senders = [
            Sender(lambda: Multiplexed(anna, chat), "anna", 400),
            Sender(lambda: NodeSocketIo(node, boris, chat), "boris", 400),
        ]
        kill_at = sorted(chance.sample(range(20, 380), kills))
        due = asyncio.Queue()

        def progress(number):
            if kill_at and number >= kill_at[0]:
                kill_at.pop(0)
                due.put_nowait(number)

        sending = asyncio.gather(*(sender.run(progress) for sender in senders))
        for _ in range(kills):
            await due.get()
            await asyncio.to_thread(server.restart)
        await sending
    acknowledged = senders[0].acknowledged | senders[1].acknowledged
    stored = await history(anna, chat)
    contents = [message["content"] for message in stored]
    assert len(contents) == len(set(contents)), "a message is there twice"
    assert {message["content"]: message["id"] for message in stored} == acknowledged
    for sender in senders:
        own = [content for content in contents if content in sender.acknowledged]
        assert own == list(sender.acknowledged), "the order of one sender's messages changed"
    await asyncio.to_thread(server.restart)
    assert await history(boris, chat) == stored
