"""Strangers in pairs: searching, meeting, leaving, and what happens when somebody just vanishes."""

import asyncio

import pytest

from harness import ids
from harness.browser import Page, code_of, filled
from harness.dialects import Multiplexed, Refused, Roulette, SocketIo, fresh, joined
from harness.frames import error
from harness.inbox import kind
from harness.people import Chat, register, register_many
from harness.roulette import PREFIX, call, left_frame, match, match_frame, pair, search
from harness.shapes import CHAT_UUID, SECONDS, TEXT, same


@pytest.fixture
def server(new_server):
    """Each test has a queue of its own: who still waits in one would meet the people of the next."""
    return new_server(roulette_grace="3")


async def test_a_whole_round(server):
    anna, boris = await register_many(server, 2)
    async with joined(Roulette(anna, None), Roulette(boris, None)) as (a, b):
        same(await search(anna), {"status": "searching"})
        same(await search(anna), {"status": "searching"})
        found = await search(boris)
        chat = Chat(ids.number(found["chat_id"], ids.CHAT), [anna, boris])
        same(await a.next("chatroulette_match"), match_frame(chat.uuid, boris))
        same(await b.next("chatroulette_match"), match_frame(chat.uuid, anna))
        async with joined(Roulette(anna, chat), Roulette(boris, chat)) as (ra, rb):
            message = await ra.message("hello, stranger")
            got = await rb.next("new_message")
            assert ids.number(got["payload"]["id"]) == message
            conflict = (await anna.call("POST", f"{PREFIX}/search", expect=409)).body
            same(conflict, {"code": "CONFLICT", "message": TEXT, "timestamp": SECONDS})
            assert await call(anna, "POST", "leave", 204) is None
            for client in (b, rb):
                same(await client.next("chatroulette_left"), left_frame(chat.uuid, anna))
            await rb._say("send_message", content="too late")
            same(await rb.next("error"), error(4, "CONFLICT", chat_id=chat.uuid))
            await rb.like(message)
            same(await rb.next("error"), error(4, "CONFLICT", chat_id=chat.uuid))
        page = await boris.call("GET", f"/api/v1/chats/{chat.uuid}/messages", expect=200)
        assert [one["content"] for one in page.data] == ["hello, stranger"]
        await boris.call("POST", f"/api/v1/chats/{chat.uuid}/messages", {"content": "x"}, expect=409)
        # The one who left hears nothing of it, and neither hears of it twice.
        assert await call(anna, "POST", "leave", 204) is None
        assert await call(anna, "DELETE", "search", 204) is None
        await a.send({"type": "mark_read", "payload": {}})
        same(await a.next("error"), error(4, "INVALID_DATA"))
        assert [kind(frame) for frame in a.inbox.heard if "chatroulette" in kind(frame)] == ["chatroulette_match"]
        # Document 4's page connects again on a match, naming its chat: told of it there, it would do so for ever.
        assert "chatroulette_match" not in [kind(frame) for client in (ra, rb) for frame in client.inbox.heard]


async def test_whether_the_partner_is_online_is_what_others_see(server):
    anna, boris = await register_many(server, 2)
    async with joined(Roulette(anna, None), Roulette(boris, None), Multiplexed(boris, None)) as (a, _, hidden):
        await hidden.send({"type": "status", "status": "offline"})
        await hidden.send({"type": "ping"})
        await hidden.next("pong")
        chat = await pair(boris, anna)
        frame = match_frame(chat.uuid, boris)
        frame["payload"]["user"]["is_online"] = False
        same(await a.next("chatroulette_match"), frame)
        async with joined(Roulette(anna, None)) as (again,):
            same(await again.next("chatroulette_match"), frame)
        await call(anna, "POST", "leave", 204)


async def test_stopping_and_nobody_meets_themselves(server):
    anna, boris, clara = await register_many(server, 3)
    async with joined(*(Roulette(user, None) for user in (anna, anna, boris, clara))):
        same(await search(anna), {"status": "searching"})
        same(await search(anna), {"status": "searching"})
        assert await call(anna, "DELETE", "search", 204) is None
        same(await search(boris), {"status": "searching"})
        found = await search(clara)
        same(found, {"status": "matched", "chat_id": CHAT_UUID, "user": match(boris)})
        for user in (boris, clara):
            await call(user, "POST", "leave", 204)


async def test_next_leaves_and_finds_another(server):
    anna, boris, clara = await register_many(server, 3)
    async with joined(*(Roulette(user, None) for user in (anna, boris, clara))) as (a, b, c):
        chat = await pair(anna, boris)
        await b.next("chatroulette_match")
        # Nobody else waits: the last partner must not come back at once to who is alone in the queue.
        same(await search(anna, "next"), {"status": "searching"})
        same(await b.next("chatroulette_left"), left_frame(chat.uuid, anna))
        same(await search(clara), {"status": "matched", "chat_id": CHAT_UUID, "user": match(anna)})
        await a.next("chatroulette_match")
        same(await a.next("chatroulette_match"), match_frame(CHAT_UUID, clara))
        for user in (anna, clara):
            await call(user, "POST", "leave", 204)
        assert c.inbox.heard


async def test_the_last_partner_waits_while_another_is_there(server):
    anna, boris, clara = await register_many(server, 3)
    async with joined(*(Roulette(user, None) for user in (anna, boris, clara))):
        await pair(anna, boris)
        await call(anna, "POST", "leave", 204)
        same(await search(boris), {"status": "searching"})
        same(await search(clara), {"status": "matched", "chat_id": CHAT_UUID, "user": match(boris)})
        await call(boris, "POST", "leave", 204)
        # Clara was last with Boris, Anna is free for both.
        same(await search(boris), {"status": "searching"})
        same(await search(anna), {"status": "matched", "chat_id": CHAT_UUID, "user": match(boris)})
        await call(anna, "POST", "leave", 204)


async def test_next_finds_somebody_however_often_it_is_asked_for(server):
    people = await register_many(server, 6)
    async with joined(*(Roulette(user, None) for user in people)):
        for _ in range(5):
            await asyncio.gather(*(search(user, "next") for user in people for _ in range(2)))


@pytest.mark.parametrize("chat_id", ["undefined", "null", ""])
async def test_a_chat_id_that_document_4_builds_from_nothing(server, chat_id):
    anna = await register(server)
    async with await Roulette(anna, None).open(f"/api/v1/ws?chat_id={chat_id}") as client:
        await client.send({"type": "send_message", "payload": {"content": "where?"}})
        same(await client.next("error"), error(4, "INVALID_DATA"))


async def test_a_chat_id_that_is_none(server):
    anna = await register(server)
    with pytest.raises(Refused) as refused:
        await Roulette(anna, None).open("/api/v1/ws?chat_id=nonsense")
    assert (refused.value.status, refused.value.body["code"]) == (422, "INVALID_DATA")


async def test_an_ordinary_room_for_the_other_dialects(server):
    anna, boris, stranger = await register_many(server, 3)
    async with joined(Roulette(anna, None), Roulette(boris, None)):
        chat = await pair(anna, boris)
        async with joined(Multiplexed(anna, chat), SocketIo(boris, chat)) as (multi, io):
            message = await multi.message("from dialect 2")
            got = await io.next("chat:message:new")
            assert ids.number(got["data"]["id"]) == message
            await call(anna, "POST", "leave", 204)
            await multi._say("send_message", content="too late")
            same(await multi.next("error"), error(2, "CONFLICT"))
            ack = await io._call("chat:message:send", type="text", content="too late")
            same(ack, {"status": "error", "code": "CONFLICT", "message": TEXT})
        await stranger.call("GET", f"/api/v1/chats/{chat.uuid}", expect=403)


async def test_many_search_at_once(server):
    count = 500
    people = await register_many(server, count)
    async with joined(*(Roulette(user, None) for user in people)) as sockets:
        await asyncio.gather(*(search(user) for user in people))
        matches = [await socket.next("chatroulette_match") for socket in sockets]
        partner = {}
        for user, frame in zip(people, matches, strict=True):
            other = frame["payload"]["user"]["id"]
            assert other != user.uuid
            partner[user.uuid] = (other, frame["chat_id"])
        # Everybody is somebody's partner, in the same chat, and nobody is in two.
        assert all(partner[other] == (user, chat) for user, (other, chat) in partner.items())
        assert len({chat for _, chat in partner.values()}) == count // 2


async def test_a_restart_finds_the_queue_and_forgets_its_ghosts(new_server):
    server = new_server(roulette_grace="3")
    anna, ghost, boris = await register_many(server, 3)
    first = [Roulette(anna, None), Roulette(ghost, None)]
    await first[1].join()
    same(await search(ghost), {"status": "searching"})
    await asyncio.to_thread(server.restart)
    await asyncio.sleep(5)
    async with joined(Roulette(anna, None)) as (a,):
        same(await search(anna), {"status": "searching"})
        await asyncio.to_thread(server.restart)
        await a.inbox.closed()
        async with joined(Roulette(anna, None), Roulette(boris, None)) as (a, b):
            same(await search(boris), {"status": "matched", "chat_id": CHAT_UUID, "user": match(anna)})
            await a.next("chatroulette_match")
            await b.next("chatroulette_match")


async def test_document_4_in_chromium(server):
    anna, boris = await register_many(server, 2)
    code = filled(
        code_of("4-roulette-ws.md", "class WebSocketHandler"),
        {
            "ws://localhost:8080": server.ws_url,
            # Before a match there is no chat: the document's template writes what JavaScript has.
            "new WebSocketHandler(chatId, token)": f"new WebSocketHandler(undefined, '{anna.token}')",
        },
    )
    async with joined(Roulette(boris, None)) as (other,), Page(server, code) as page:
        await page.until("wsHandler.ws.readyState === WebSocket.OPEN")
        chat = await pair(anna, boris)
        await page.until("document.getElementById('search-status').textContent === 'Найден собеседник!'")
        shown = await page.run("document.getElementById('partner-info').textContent")
        assert boris.username in shown and "В сети" in shown
        await page.run(
            f"window.inRoom = new WebSocketHandler('{chat.uuid}', '{anna.token}'); inRoom.connect()",
        )
        await page.until("inRoom.ws.readyState === WebSocket.OPEN")
        async with joined(Roulette(boris, chat)) as (room,):
            content = fresh()
            message = await room.message(content)
            element = f"document.querySelector('[data-message-id=\"{ids.uuid(ids.MESSAGE, message)}\"]')"
            assert content in await page.until(f"{element}?.textContent")
        await call(boris, "POST", "leave", 204)
        await page.until("document.getElementById('search-status').textContent === 'Собеседник покинул чат'")
        await other.next("chatroulette_match")
