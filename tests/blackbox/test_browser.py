"""The JavaScript of documents 3 and 4, as it stands there, in Chromium: only addresses and ids are filled in."""

import asyncio

import pytest

from harness import ids
from harness.browser import Page, code_of, filled
from harness.dialects import Multiplexed, Room, Roulette, joined
from harness.frames import Heard
from harness.people import group, register_many
from harness.shapes import same

# The functions that document 3 leaves to the reader, and the ones that documents 3 and 4 name by their pages' buttons.
PAGE_3 = """
for (const name of ["displayNewMessage", "markMessageAsSent", "updateUserStatus", "showTypingIndicator", "showError"])
    window[name] = (data) => tell({ [name]: data });
"""


async def test_document_3(server):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    code = filled(
        code_of("3-room-ws.md", "// Подключение к WebSocket"),
        {"const roomId = 1;": f"const roomId = {chat.id};", "ws://127.0.0.1:8000": server.ws_url},
    )
    cookie = {"name": "sessionid", "value": anna.cookie, "url": server.url, "httpOnly": True, "sameSite": "Lax"}
    heard = Heard(chat)
    async with joined(Room(boris, chat)) as (other,), Page(server, PAGE_3 + code, [cookie]) as page:
        same(await other.next("user_status"), heard.presence(3, anna, True))
        told = await said(page, "updateUserStatus")
        same(told, heard.presence(3, boris, True))

        await page.run("sendMessage('Привет из браузера')")
        mine = await said(page, "markMessageAsSent")
        same(set(mine), {"type", "message_id", "message", "timestamp"})
        shown = await said(page, "displayNewMessage")
        same(shown, heard.message(3, mine["message_id"], "Привет из браузера", anna))
        same(await other.next("chat_message"), shown)

        message = await other.message("Привет, браузер")
        same(await said(page, "displayNewMessage"), heard.message(3, message, "Привет, браузер", boris))
        await other.typing(True)
        same(await said(page, "showTypingIndicator"), heard.typing(3, boris, True))
        await page.run("sendTypingIndicator(true)")
        same(await other.next("typing_indicator"), heard.typing(3, anna, True))
        await page.run("markMessagesAsRead()")
        same(await other.next("messages_read"), heard.read(3, message, anna))
        await page.run("sendMessage('   ')")
        assert await said(page, "showError") == "Сообщение не может быть пустым"


async def said(page, name):
    frame = await page.said.next(lambda frame: isinstance(frame["said"], dict) and name in frame["said"])
    assert "error" not in frame["said"]
    return frame["said"][name]


async def test_document_4(server):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    # A class is not a property of the window by itself; the last lines of the block use it as the document does.
    code = filled(
        code_of("4-roulette-ws.md", "class WebSocketHandler"),
        {
            "ws://localhost:8080": server.ws_url,
            "new WebSocketHandler(chatId, token)": f"new WebSocketHandler('{chat.uuid}', '{anna.token}')",
        },
    )
    async with joined(Roulette(boris, chat)) as (other,), Page(server, code) as page:
        same(await other.next("user_status"), Heard(chat).presence(4, anna, True))
        message = await other.message("Привет, <b>Анна</b>")
        element = f"document.querySelector('[data-message-id=\"{ids.uuid(ids.MESSAGE, message)}\"]')"
        text = await page.until(f"{element} && {element}.textContent")
        assert boris.username in text and "Привет" in text and "Доставлено" in text
        await other.edit(message, "Привет!")
        await page.until(f"{element}.querySelector('.message-content').textContent.includes('Привет!')")
        await page.until(f"{element}.querySelector('.edited-badge')?.textContent")
        await other.like(message)
        await page.until(f"{element}.querySelector('.like-button.liked')?.textContent.includes('1')")
        await other.unlike(message)
        await page.until(f"!{element}.querySelector('.like-button.liked')")
        async with joined(Multiplexed(anna, chat)) as (reader,):
            await reader.read(message)
            await page.until(f"{element}.querySelector('.message-status').textContent === 'Прочитано'")
        await other.delete(message)
        await page.until(f"!{element} || null")
        assert [frame for frame in page.said.heard if frame["said"] != "ready"] == []


# What the pieces of document 4 leave to the reader.
PAGE_4 = """
const handlers = {
    new_message: handleNewMessage, message_edited: handleMessageEdited, message_deleted: handleMessageDeleted,
    message_status_update: handleStatusUpdate, message_liked: handleMessageLiked, message_unliked: handleMessageUnliked,
};
const handleWebSocketMessage = (data) => handlers[data.type]?.(data.payload);
const createMessageElement = (payload) => {
    const element = document.createElement("div");
    element.setAttribute("data-message-id", payload.id);
    element.innerHTML = '<p class="message-content"></p><p class="message-status"></p><p class="message-likes"></p>';
    element.querySelector(".message-content").textContent = payload.content;
    return element;
};
const scrollToBottom = () => tell("scrolled");
const updateReadIndicators = (element, readers) => tell({ readers });
"""
PIECES_4 = ["NewMessage", "MessageEdited", "MessageDeleted", "StatusUpdate", "MessageLiked", "MessageUnliked"]


async def test_the_pieces_of_document_4(server):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    pieces = [code_of("4-roulette-ws.md", f"function handle{name}(") for name in PIECES_4]
    connection = filled(code_of("4-roulette-ws.md", "ws.onopen = function"), {"ws://localhost:8080": server.ws_url})
    known = f"const chatId = '{chat.uuid}', token = '{anna.token}';"
    async with joined(Roulette(boris, chat)) as (other,):
        async with Page(server, "\n".join([*pieces, PAGE_4, known, connection])) as page:
            await other.next("user_status")
            message = await other.message("Привет")
            await page.said.next(lambda frame: frame["said"] == "scrolled")
            element = f"document.querySelector('[data-message-id=\"{ids.uuid(ids.MESSAGE, message)}\"]')"
            await other.edit(message, "Привет!")
            await page.until(f"{element}.querySelector('.edited-badge')?.textContent === '(изменено)'")
            assert await page.run(f"{element}.querySelector('.message-content').textContent") == "Привет!"
            await other.like(message)
            await page.until(f"{element}.querySelector('.like-button.liked')?.textContent.includes('❤️ 1')")
            await other.unlike(message)
            await page.until(f"{element}.querySelector('.like-button:not(.liked)')?.textContent.includes('❤️ 0')")
            async with joined(Multiplexed(anna, chat)) as (reader,):
                await reader.read(message)
            await page.until(f"{element}.querySelector('.message-status').textContent === 'Прочитано'")
            await page.said.next(lambda frame: frame["said"] == {"readers": [anna.uuid]})
            await other.delete(message)
            await page.until(f"!{element}")
            assert [frame for frame in page.said.heard if "error" in frame["said"]] == []


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_document_4_comes_back_after_a_restart(new_server, end):
    server = new_server()
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    code = filled(
        code_of("4-roulette-ws.md", "class WebSocketHandler"),
        {
            "ws://localhost:8080": server.ws_url,
            "new WebSocketHandler(chatId, token)": f"new WebSocketHandler('{chat.uuid}', '{anna.token}')",
        },
    )
    async with Page(server, code) as page:
        await page.until("wsHandler.ws?.readyState === WebSocket.OPEN")
        await asyncio.to_thread(getattr(server, end))
        await asyncio.to_thread(server.start)
        async with joined(Roulette(boris, chat)) as (other,):
            # The handler tries again after three seconds.
            await other.next("user_status", timeout=30)
            message = await other.message("after the restart")
            await page.until(
                f"document.querySelector('[data-message-id=\"{ids.uuid(ids.MESSAGE, message)}\"]')?.textContent"
            )
