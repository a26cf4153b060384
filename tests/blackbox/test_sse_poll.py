"""Dialect 1's two ways to hear: polling over plain HTTP, and Server-Sent Events with clients that we did not write."""

import asyncio
import json

import pytest

from harness.dialects import Multiplexed, Refused, Rest, fresh, joined
from harness.frames import error, rest_message
from harness.node import Node, NodeEventSource
from harness.people import group, room_of
from harness.shapes import TEXT, one_of, same

SOURCE = one_of("cache", "database")


async def poll(user, chat, query=""):
    return (await user.call("GET", f"/api/chats/{chat.id}/poll{query}", expect=200)).body


async def test_poll_as_the_document_shows(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        same(
            await poll(boris, chat, "?last_message_id=0"),
            {"status": "success", "data": [], "has_new_messages": False, "last_message_id": 0, "source": SOURCE},
        )
        sent = [await writer.message(f"text {number}") for number in range(150)]
    first = await poll(boris, chat)
    wanted = [rest_message(message, f"text {number}", anna) for number, message in enumerate(sent[:100])]
    same(
        first,
        {
            "status": "success",
            "data": wanted,
            "has_new_messages": True,
            "last_message_id": sent[99],
            "source": SOURCE,
        },
    )
    second = await poll(boris, chat, f"?last_message_id={first['last_message_id']}")
    assert [message["id"] for message in second["data"]] == sent[100:]
    third = await poll(boris, chat, f"?last_message_id={second['last_message_id']}")
    assert (third["data"], third["has_new_messages"], third["last_message_id"]) == ([], False, sent[-1])


async def test_the_cache_and_the_database_say_the_same(new_server):
    server = new_server()
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        sent = [await writer.message(f"text {number}") for number in range(20)]
        cached = await poll(boris, chat, f"?last_message_id={sent[9]}")
    assert cached.pop("source") == "cache"
    await asyncio.to_thread(server.restart)
    stored = await poll(boris, chat, f"?last_message_id={sent[9]}")
    assert stored.pop("source") == "database"
    assert stored == cached


async def test_a_poll_that_waits(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        last = await writer.message("known")
        for _ in range(3):
            waiting = asyncio.create_task(poll(boris, chat, f"?last_message_id={last}&wait=30"))
            message = await writer.message("woken")
            answer = await waiting
            assert [message["id"] for message in answer["data"]] == [message]
            last = message
        # Without anything to tell it answers when its time is up.
        answer = await poll(boris, chat, f"?last_message_id={last}&wait=1")
        assert answer["has_new_messages"] is False


@pytest.mark.parametrize(
    "query", ["last_message_id=x", "last_message_id=-1", "wait=x", "wait=-1", "wait=31", "cursor=x"]
)
async def test_polls_that_are_none(server, query):
    (anna,), chat = await room_of(server, 1)
    answer = await anna.call("GET", f"/api/chats/{chat.id}/poll?{query}", expect=422)
    same(answer.body, error(1, "INVALID_DATA"))


async def test_poll_with_a_cursor(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        now = await poll(boris, chat, "?cursor=")
        assert set(now) == {
            "status",
            "data",
            "has_new_messages",
            "last_message_id",
            "source",
            "events",
            "cursor",
        }
        waiting = asyncio.create_task(poll(boris, chat, f"?cursor={now['cursor']}&wait=30"))
        message = await writer.message("hello")
        answer = await waiting
        wanted = rest_message(message, "hello", anna)
        same(answer["events"], [{"type": "message", "data": wanted}])
        same(answer["data"], [wanted])
        await writer.edit(message, "hello!")
        await writer.next("message_updated")
        answer = await poll(boris, chat, f"?cursor={answer['cursor']}")
        assert [event["type"] for event in answer["events"]] == ["message_updated"]
        assert answer["data"] == [] and answer["has_new_messages"] is False


async def test_eventsource_of_npm(server):
    (anna, boris), chat = await room_of(server, 2)
    async with Node() as node, joined(Multiplexed(anna, chat)) as (writer,):
        by_header, by_query = NodeEventSource(node, boris, chat), NodeEventSource(node, boris, chat)
        await by_header.join()
        await by_query.join(as_query=True)
        # Content must not forge an event.
        for content in (
            "Привет",
            "two\nlines",
            "data: {}\n\ndata: forged",
            "\r\n\r\nid: 7\n",
            "one\u2028two\u2029three",
        ):
            message = await writer.message(content)
            for client in (by_header, by_query):
                wanted = {"type": "message", "data": rest_message(message, content, anna), "cursor": TEXT}
                same(await client.next("message"), wanted)
        await by_header.close()
        await by_query.close()


async def test_eventsource_comes_back_by_itself_after_a_kill(new_server):
    server = new_server()
    (anna, boris), chat = await room_of(server, 2)
    async with Node() as node:
        client = NodeEventSource(node, boris, chat)
        await client.join()
        sent = []
        for _ in range(3):
            async with joined(Multiplexed(anna, chat)) as (writer,):
                sent += [await writer.message(fresh()) for _ in range(20)]
                await client.next(lambda frame: frame["data"]["id"] == sent[-1])
                sent.append(await writer.message(fresh()))
            await asyncio.to_thread(server.restart)
            # The client asks again by itself, after the last id that it saw.
            async with joined(Multiplexed(anna, chat)) as (writer,):
                sent.append(await writer.message(fresh()))
                await client.next(lambda frame: frame["data"]["id"] == sent[-1], timeout=60)
        assert [frame["data"]["id"] for frame in client.inbox.heard] == sent
        await client.close()


async def test_curl(server):
    (anna, boris), chat = await room_of(server, 2)
    curl = await asyncio.create_subprocess_exec(
        "curl",
        "--silent",
        "--no-buffer",
        "--include",
        "--max-time",
        "60",
        "-H",
        f"Authorization: Bearer {boris.token}",
        "-H",
        "Accept: text/event-stream",
        f"{server.url}/api/chats/{chat.id}/stream",
        stdout=asyncio.subprocess.PIPE,
    )
    lines = []

    async def line():
        lines.append((await asyncio.wait_for(curl.stdout.readline(), 20)).decode().rstrip("\r\n"))
        return lines[-1]

    while await line() != "":
        pass
    head = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in lines[1:-1])}
    assert lines[0].startswith("HTTP/1.1 200")
    assert head["content-type"].startswith("text/event-stream")
    assert "no-cache" in head["cache-control"] or "no-store" in head["cache-control"]
    assert head["x-accel-buffering"] == "no"
    async with joined(Multiplexed(anna, chat)) as (writer,):
        message = await writer.message("to curl")
        while not (text := await line()).startswith("data:"):
            pass
        same(json.loads(text[5:]), {"type": "message", "data": rest_message(message, "to curl", anna)})
    assert any(text.startswith("retry:") for text in lines)
    assert any(text.startswith("id:") for text in lines)
    curl.terminate()
    await curl.wait()


async def test_last_event_id_wins(server):
    (anna, boris), chat = await room_of(server, 2)
    async with joined(Multiplexed(anna, chat), Rest(boris, chat)) as (writer, stream):
        sent = [await writer.message(f"text {number}") for number in range(6)]
        cursors = [(await stream.next("message"))["cursor"] for _ in sent]
        again = Rest(boris, chat)
        await again.join(cursor=cursors[1], last_message_id=sent[0], last_event_id=cursors[3])
        assert [(await again.next("message"))["data"]["id"] for _ in sent[4:]] == sent[4:]
        await again.close()
        again = Rest(boris, chat)
        await again.join(cursor=cursors[2], last_message_id=sent[0])
        assert [(await again.next("message"))["data"]["id"] for _ in sent[3:]] == sent[3:]
        await again.close()


async def test_a_stream_that_is_refused(server):
    (anna, stranger), _ = await room_of(server, 2)
    chat = await group(anna)
    with pytest.raises(Refused) as refused:
        await Rest(stranger, chat).join()
    same(refused.value.body, error(1, "FORBIDDEN"))
