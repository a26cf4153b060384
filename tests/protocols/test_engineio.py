"""Engine.IO v4 as a client sees it: what the protocol asks of every server."""

import asyncio
import json
import time

import aiohttp
import pytest

from harness.engine import INTERVAL, TIMEOUT, is_closed, said

FIELDS = {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}
# Seconds after which a poll has begun to wait, or its end is noticed. Nobody can see either from outside.
MEANWHILE = 0.05


def check_hello(packet, upgrades):
    assert packet[0] == "0"
    hello = json.loads(packet[1:])
    assert set(hello) == FIELDS
    assert isinstance(hello["sid"], str)
    assert (hello["upgrades"], hello["pingInterval"], hello["pingTimeout"]) == (upgrades, 300, 200)
    assert hello["maxPayload"] == 1000000


class TestHandshake:
    async def test_over_polling(self, either):
        check_hello((await either.open()).hello, ["websocket"])

    async def test_over_a_web_socket(self, either):
        web_socket, hello = await either.hello()
        check_hello(hello, [])
        await web_socket.close()

    @pytest.mark.parametrize("query", ["transport=polling", "EIO=abc&transport=polling", "EIO=4", "EIO=4&transport=x"])
    async def test_a_wrong_request(self, either, query):
        assert await either.status(query) == 400

    async def test_who_asks_for_http_2_gets_http_1(self, either):
        headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
        async with either.http.get(f"{either.url}?EIO=4&transport=polling", headers=headers) as response:
            assert response.status == 200

    @pytest.mark.parametrize("method", ["POST", "PUT"])
    async def test_a_wrong_method(self, either, method):
        assert await either.status("EIO=4&transport=polling", method) == 400

    @pytest.mark.parametrize("sid", ["unknown", "__proto__", "A" * 20])
    async def test_an_unknown_session(self, either, sid):
        async with either.ask(f"EIO=4&transport=polling&sid={sid}") as response:
            assert response.status == 400
            assert await response.json() == {"code": 1, "message": "Session ID unknown"}

    @pytest.mark.parametrize(
        "query", ["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=x"]
    )
    async def test_a_wrong_web_socket(self, either, query):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await either.web_socket(query)
        assert refused.value.status == 400


class TestPolling:
    @pytest.mark.parametrize("body", ["4hello", "4one\x1e4two\x1e4three", "4hello\x1ebAQIDBA==", "4приве́т 🙂"])
    async def test_messages_come_back_in_order(self, engine, body):
        session = await engine.open()
        assert await session.post(body.encode()) == (200, "ok")
        assert await session.poll() == (200, body)

    async def test_a_waiting_poll_hears_at_once(self, engine):
        session = await engine.open()
        poll = asyncio.ensure_future(session.poll())
        await asyncio.sleep(MEANWHILE)
        await session.post("4hello")
        assert await poll == (200, "4hello")

    async def test_an_answer_has_sixteen_packets_at_most(self, engine):
        session = await engine.open()
        await session.post("\x1e".join(f"4{n}" for n in range(40)))
        counts = [len((await session.poll())[1].split("\x1e")) for _ in range(3)]
        assert counts == [16, 16, 8]

    @pytest.mark.parametrize("body", ["abc", "", "4x\x1e", "bx", b"4\xd0"])
    async def test_an_invalid_packet_ends_the_session(self, either, body):
        session = await either.open()
        assert (await session.post(body))[0] == 400
        assert (await session.poll())[0] == 400

    async def test_too_much_is_refused(self, engine):
        session = await engine.open()
        assert (await session.post("4" + "x" * 1_000_000))[0] == 413

    async def test_two_polls_end_the_session(self, either):
        session = await either.open()
        first = asyncio.ensure_future(session.poll())
        await asyncio.sleep(MEANWHILE)
        assert (await session.poll())[0] == 400
        assert await first == (200, "1")
        assert (await session.poll())[0] == 400

    async def test_an_aborted_poll_ends_the_session(self, either):
        session = await either.open()
        poll = asyncio.ensure_future(session.poll())
        await asyncio.sleep(MEANWHILE)
        poll.cancel()
        await asyncio.sleep(MEANWHILE)
        assert (await session.poll())[0] == 400

    async def test_a_goodbye_releases_the_poll(self, either):
        session = await either.open()
        poll = asyncio.ensure_future(session.poll())
        await asyncio.sleep(MEANWHILE)
        assert await session.post("1") == (200, "ok")
        assert await poll == (200, "6")
        assert (await session.poll())[0] == 400

    async def test_a_goodbye_may_overtake_the_poll(self, either):
        session = await either.open()
        posted, polled = await asyncio.gather(session.post("1"), session.poll())
        assert (posted, polled) == ((200, "ok"), (200, "6"))
        assert (await session.poll())[0] == 400


class TestWebSocket:
    @pytest.mark.parametrize("text", ["4hello", "4", "4приве́т 🙂"])
    async def test_text_comes_back(self, engine, text):
        web_socket, _ = await engine.hello()
        await web_socket.send_str(text)
        assert await said(web_socket) == text

    async def test_bytes_come_back(self, engine):
        web_socket, _ = await engine.hello()
        await web_socket.send_bytes(bytes([1, 2, 3, 4]))
        assert await said(web_socket) == bytes([1, 2, 3, 4])

    @pytest.mark.parametrize("text", ["abc", "", "1", "2", "2probe"])
    async def test_a_goodbye_and_an_invalid_packet_end_it(self, either, text):
        web_socket, _ = await either.hello()
        await web_socket.send_str(text)
        assert await is_closed(web_socket)


class TestHeartbeat:
    async def test_over_polling(self, either):
        began = time.monotonic()
        session = await either.open()
        for n in range(1, 4):
            assert await session.poll() == (200, "2")
            assert time.monotonic() - began > n * INTERVAL
            assert await session.post("3") == (200, "ok")

    async def test_over_a_web_socket(self, either):
        began = time.monotonic()
        web_socket, _ = await either.hello()
        for n in range(1, 4):
            assert await said(web_socket) == "2"
            assert time.monotonic() - began > n * INTERVAL
            await web_socket.send_str("3")

    async def test_silence_ends_polling(self, either):
        session = await either.open()
        await asyncio.sleep(INTERVAL + TIMEOUT)
        assert (await session.poll())[0] == 400

    async def test_silence_ends_a_web_socket(self, either):
        web_socket, _ = await either.hello()
        began = time.monotonic()
        assert await is_closed(web_socket)
        assert time.monotonic() - began > INTERVAL + TIMEOUT - 0.05


class TestUpgrade:
    async def test_from_polling(self, engine):
        session = await engine.open()
        web_socket = await session.probe()
        assert await session.poll() == (200, "6")
        await web_socket.send_str("5")
        await web_socket.send_str("4hello")
        assert await said(web_socket) == "4hello"

    async def test_the_poll_that_waits_is_released(self, either):
        session = await either.open()
        poll = asyncio.ensure_future(session.poll())
        await asyncio.sleep(MEANWHILE)
        web_socket = await session.probe()
        assert await poll == (200, "6")
        await web_socket.send_str("5")

    async def test_what_waited_comes_over_the_web_socket(self, engine):
        session = await engine.open()
        web_socket = await session.probe()
        await session.post("4one\x1ebAQI=\x1e4two")
        await web_socket.send_str("5")
        assert [await said(web_socket) for _ in range(3)] == ["4one", b"\x01\x02", "4two"]

    async def test_polling_is_over_then(self, engine):
        session = await engine.open()
        web_socket = await session.web_socket()
        await web_socket.send_str("2probe")
        await web_socket.send_str("5")
        assert (await session.poll())[0] == 400
        assert (await session.post("4x"))[0] == 400
        await web_socket.send_str("4hello")
        assert [await said(web_socket), await said(web_socket)] == ["3probe", "4hello"]

    async def test_a_second_web_socket_is_closed_and_the_first_goes_on(self, engine):
        session = await engine.open()
        web_socket = await session.probe()
        await web_socket.send_str("5")
        assert await is_closed(await session.web_socket())
        await web_socket.send_str("4hello")
        assert await said(web_socket) == "4hello"

    async def test_a_web_socket_that_does_not_probe_is_closed_and_polling_goes_on(self, engine):
        session = await engine.open()
        web_socket = await session.web_socket()
        await web_socket.send_str("4hello")
        assert await is_closed(web_socket)
        assert await session.post("4hello") == (200, "ok")
        assert await session.poll() == (200, "4hello")
