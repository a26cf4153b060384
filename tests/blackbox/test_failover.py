"""A Postgres that is put back beneath a running server: everybody loads anew, and nobody is told what is no longer so."""

import asyncio

from harness.client import Socket
from harness.dialects import DIALECTS, fresh, joined
from harness.fold import MESSAGE, RESYNC, message_of
from harness.inbox import kind
from harness.people import history, room_of
from harness.postgres import Cluster
from harness.server import Server


async def test_an_older_copy_is_put_in_the_place_of_the_database():
    with Cluster() as cluster, Server(cluster.database()) as server:
        people, chat = await room_of(server, 1 + len(DIALECTS))
        kept, lost, again = fresh("kept"), fresh("lost"), fresh("again")
        await say(people[0], chat, kept)
        cluster.back_up()
        await until_there(people[0], chat)
        clients = [dialect(user, chat) for dialect, user in zip(DIALECTS, people[1:], strict=True)]
        async with joined(*clients, cursor=""):
            for _ in range(5):
                await say(people[0], chat, lost)
            for client in clients:
                for _ in range(5):
                    assert message_of(await client.next(lambda frame: kind(frame) in MESSAGE))[1] == lost
            poll = asyncio.create_task(people[0].call("GET", polled(chat, await cursor_of(people[0], chat), 30)))
            cluster.put_back()
            await until_there(people[0], chat)
            for client in clients:
                assert await client.inbox.closed() == (1012 if isinstance(client, Socket) else 1000)
        assert [message["content"] for message in await history(people[0], chat)] == [kept]
        answer = await poll
        assert answer.body["resync"] is True
        # Their cursors are of more than there is; soon of as much, but of something else.
        for _ in range(6):
            for client in clients:
                async with joined(type(client)(client.user, chat), cursor=client.cursor) as (back,):
                    await back.next(lambda frame: kind(frame) in RESYNC)
            await say(people[0], chat, again)
        async with joined(*(type(client)(client.user, chat) for client in clients)) as back:
            live = fresh("live")
            await say(people[0], chat, live)
            for client in back:
                assert message_of(await client.next(lambda frame: kind(frame) in MESSAGE))[1] == live


async def say(user, chat, content):
    await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": content}, expect=200)


async def cursor_of(user, chat):
    return (await user.call("GET", f"/api/chats/{chat.id}/messages", expect=200)).body["cursor"]


def polled(chat, cursor, wait):
    return f"/api/chats/{chat.id}/poll?cursor={cursor}&wait={wait}"


async def until_there(user, chat):
    """Asks until the database answers."""
    async with asyncio.timeout(30):
        while (await user.call("GET", f"/api/chats/{chat.id}/messages")).status != 200:
            await asyncio.sleep(0.05)
