"""Socket.IO v5 as a client sees it: namespaces, events, acknowledgements, attachments."""

import json
import time

import pytest

from harness.engine import CONNECT_TIMEOUT, INTERVAL, TIMEOUT, is_closed, said

PLACES = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'


async def connected(socket):
    """A session in the main namespace."""
    web_socket, _ = await socket.hello()
    await web_socket.send_str("40")
    assert (await said(web_socket)).startswith('40{"sid":"')
    assert await said(web_socket) == '42["auth",{}]'
    return web_socket


class TestConnect:
    @pytest.mark.parametrize("prefix", ["", "/custom,"])
    @pytest.mark.parametrize("auth", ["", '{"token":"abc"}'])
    async def test_to_a_namespace(self, socket, prefix, auth):
        web_socket, _ = await socket.hello()
        await web_socket.send_str(f"40{prefix}{auth}")
        answer = await said(web_socket)
        assert answer.startswith(f"40{prefix}")
        answer = json.loads(answer[2 + len(prefix) :])
        assert list(answer) == ["sid"] and isinstance(answer["sid"], str)
        assert await said(web_socket) == f'42{prefix}["auth",{auth or "{}"}]'

    async def test_to_an_unknown_namespace(self, socket):
        web_socket, _ = await socket.hello()
        await web_socket.send_str("40/random")
        assert await said(web_socket) == '44/random,{"message":"Invalid namespace"}'
        await web_socket.send_str("40")
        assert (await said(web_socket)).startswith("40{")

    async def test_every_session_has_another_sid(self, socket):
        web_socket, hello = await socket.hello()
        await web_socket.send_str("40")
        assert json.loads((await said(web_socket))[2:])["sid"] != json.loads(hello[1:])["sid"]

    async def test_too_late(self, socket):
        began = time.monotonic()
        web_socket, _ = await socket.hello()
        pings = 0
        while (message := await web_socket.receive(timeout=5)).type.name == "TEXT":
            assert message.data == "2"
            pings += 1
            await web_socket.send_str("3")
        assert pings == 3
        assert CONNECT_TIMEOUT - 0.05 < time.monotonic() - began < CONNECT_TIMEOUT + 1


class TestDisconnect:
    async def test_the_engine_goes_on(self, socket):
        web_socket = await connected(socket)
        began = time.monotonic()
        await web_socket.send_str("41")
        while time.monotonic() - began < CONNECT_TIMEOUT + INTERVAL + TIMEOUT:
            assert await said(web_socket) == "2"
            await web_socket.send_str("3")
        await web_socket.send_str("40")
        assert (await said(web_socket)).startswith("40{")

    async def test_the_other_namespace_stays(self, socket):
        web_socket = await connected(socket)
        await web_socket.send_str("40/custom")
        assert (await said(web_socket)).startswith("40/custom,")
        assert await said(web_socket) == '42/custom,["auth",{}]'
        await web_socket.send_str("41/custom")
        await web_socket.send_str('42["message","to the main namespace"]')
        assert await said(web_socket) == '42["message-back","to the main namespace"]'


class TestEvents:
    @pytest.mark.parametrize("inside", ["", ',1,"2",{"3":[true]}', ',"приве́т 🙂",null', ', 1.50 ,{"a" : "\\u0000"}'])
    async def test_come_back(self, socket, inside):
        web_socket = await connected(socket)
        await web_socket.send_str(f'42["message"{inside}]')
        assert json.loads((await said(web_socket))[2:]) == json.loads(f'["message-back"{inside}]')

    async def test_are_acknowledged(self, socket):
        web_socket = await connected(socket)
        await web_socket.send_str('42456["message-with-ack",1,"2",{"3":[false]}]')
        assert await said(web_socket) == '43456[1,"2",{"3":[false]}]'
        await web_socket.send_str('420["message-with-ack"]')
        assert await said(web_socket) == "430[]"

    @pytest.mark.parametrize(
        "sent, back",
        [(f'452-["message",{PLACES}]', f'452-["message-back",{PLACES}]'),
         (f'452-789["message-with-ack",{PLACES}]', f"462-789[{PLACES}]")],
    )  # fmt: skip
    async def test_with_attachments(self, socket, sent, back):
        web_socket = await connected(socket)
        await web_socket.send_str(sent)
        await web_socket.send_bytes(b"\x01\x02\x03")
        await web_socket.send_bytes(b"\x04\x05\x06")
        assert [await said(web_socket) for _ in range(3)] == [back, b"\x01\x02\x03", b"\x04\x05\x06"]

    async def test_over_polling(self, socket):
        session = await socket.open()
        await session.post("40")
        assert (await session.poll())[1].startswith('40{"sid":"')
        assert await session.poll() == (200, '42["auth",{}]')
        await session.post('421["message-with-ack"]\x1e451-["message",{"_placeholder":true,"num":0}]\x1ebAQID')
        back = '451-["message-back",{"_placeholder":true,"num":0}]'
        assert await session.poll() == (200, f"431[]\x1e{back}\x1ebAQID")


@pytest.mark.parametrize(
    "text", ["4abc", "4", "42{}", '42abc["message-with-ack",1]', "40", '42/custom,["message"]', '45["message"]', "42["]
)
async def test_what_is_no_packet_closes(socket, text):
    web_socket = await connected(socket)
    await web_socket.send_str(text)
    assert await is_closed(web_socket)


async def test_bytes_that_nobody_announced_close(socket):
    web_socket = await connected(socket)
    await web_socket.send_bytes(b"\x01")
    assert await is_closed(web_socket)
