"""TLS by the server itself: certificates by name, read again; HTTP/2 with its bounds; sockets over HTTP/1.1."""

import asyncio
import contextlib
import pathlib
import shutil
import socket
import ssl

import aiohttp
import pytest
import websockets.asyncio.client
from test_start import refused

from harness.certificates import certify
from harness.http2 import CONTINUATION, END_HEADERS, END_STREAM, GOAWAY, HEADERS, POST, RST_STREAM, Http2
from harness.people import PASSWORD
from harness.server import Server


class Secure(Server):
    """A server that speaks TLS: whether it is ready is asked at the other address."""

    def _read_addresses(self, began_at):
        text = self.log_path.read_bytes()[began_at:].decode(errors="replace")
        told = [line.rpartition(":")[2] for line in text.splitlines() if "listening on http" in line]
        if len(told) == 2:
            self.port, self.admin_port = int(told[0]), int(told[1])
        return len(told) == 2

    def _healthy(self):
        return Server._healthy(replace_url(self))


def replace_url(server):
    class Admin:
        url = server.admin_url

    return Admin


@pytest.fixture
def secure(tmp_path):
    own, other = certify(tmp_path, "own", "127.0.0.1", "localhost"), certify(tmp_path, "other", "chat.example")
    flags = {"tls_certificate": [own.certificate, other.certificate], "tls_key": [own.key, other.key]}
    with Secure(**flags) as server:
        server.own, server.other = own, other
        yield server


async def call(server, method, path, body=None, token=None):
    """As a browser that speaks HTTP/1.1."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    context = server.own.trusting()
    async with aiohttp.ClientSession() as session:
        address = f"https://127.0.0.1:{server.port}{path}"
        async with session.request(method, address, json=body, headers=headers, ssl=context) as answer:
            return answer.status, answer.headers, await answer.json(content_type=None)


async def register(server, name):
    body = {"username": name, "password": PASSWORD}
    status, headers, body = await call(server, "POST", "/api/auth/register", body)
    assert status == 201
    return body["access_token"], headers


async def test_the_cookie_is_for_tls_only(secure):
    _, headers = await register(secure, "anna")
    assert "; Secure" in headers["Set-Cookie"]


async def test_sockets_go_over_http_1_1(secure):
    token, _ = await register(secure, "anna")
    _, _, chat = await call(secure, "POST", "/api/chats", {"type": "group", "title": "A", "member_ids": []}, token)
    at = f"wss://127.0.0.1:{secure.port}/ws?token={token}"
    async with websockets.asyncio.client.connect(at, ssl=secure.own.trusting("http/1.1"), proxy=None) as one:
        assert '"connected"' in await one.recv()
        async with websockets.asyncio.client.connect(at, ssl=secure.own.trusting("http/1.1"), proxy=None) as two:
            await two.recv()
            for ws in (one, two):
                await ws.send(f'{{"type":"join_chat","chat_id":{chat["data"]["id"]}}}')
                while "joined_chat" not in await ws.recv():
                    pass
            # Longer than any one record.
            content = "я" * 8_000
            await two.send(f'{{"type":"send_message","chat_id":{chat["data"]["id"]},"content":"{content}"}}')
            while content not in await one.recv():
                pass
    async with Http2(secure, secure.own.trusting()) as http:
        http.ask(f"/ws?token={token}")
        assert (await http.until(lambda frame: frame.kind == HEADERS)).status is None


async def test_http_2_carries_requests_and_streams_side_by_side(secure):
    token, _ = await register(secure, "anna")
    _, _, chat = await call(secure, "POST", "/api/chats", {"type": "group", "title": "A", "member_ids": []}, token)
    number = chat["data"]["id"]
    async with Http2(secure, secure.own.trusting()) as http:
        # More streams than a browser has connections.
        streams = {http.ask(f"/api/chats/{number}/stream", ("authorization", f"Bearer {token}")) for _ in range(10)}
        for _ in streams:
            answer = await http.until(lambda frame: frame.kind == HEADERS)
            assert answer.status == 200 and answer.stream in streams
        asked = http.ask("/api/auth/me", ("authorization", f"Bearer {token}"))
        assert (await http.until(lambda frame: frame.kind == HEADERS and frame.stream == asked)).status == 200
        await call(secure, "POST", f"/api/chats/{number}/messages", {"content": "to all ten"}, token)
        heard = set()
        while heard != streams:
            frame = await http.until(lambda frame: b"to all ten" in frame.payload)
            heard.add(frame.stream)


async def test_certificates_go_by_name_and_are_read_again(secure, tmp_path):
    def shown(name):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", secure.port)) as plain:
            with context.wrap_socket(plain, server_hostname=name) as wrapped:
                return wrapped.getpeercert(binary_form=True)

    own, other = (
        ssl.PEM_cert_to_DER_cert(pathlib.Path(pair.certificate).read_text()) for pair in (secure.own, secure.other)
    )
    assert shown("localhost") == own and shown("chat.example") == other
    assert shown(None) == own and shown("nobody.example") == own
    # Half of a pair is no reason to stop, or to use it.
    new = certify(tmp_path, "new", "chat.example")
    shutil.copy(new.certificate, secure.other.certificate)
    secure.process.send_signal(1)
    while "stay as they were" not in secure.log():
        await asyncio.sleep(0.05)
    assert shown("chat.example") == other
    shutil.copy(new.key, secure.other.key)
    secure.process.send_signal(1)
    while shown("chat.example") == other:
        await asyncio.sleep(0.05)
    assert shown("localhost") == own
    _, headers = await register(secure, "anna")
    assert headers


async def test_what_no_good_client_does_ends_its_connection_alone(secure):
    async with Http2(secure, secure.own.trusting()) as good:
        for attack in (rapid_reset, endless_head, large_head, too_many):
            async with Http2(secure, secure.own.trusting()) as http:
                await asyncio.wait_for(attack(http), 20)
            asked = good.ask("/healthz")
            assert (await good.until(lambda frame: frame.kind == HEADERS and frame.stream == asked)).status == 200, (
                attack
            )


async def rapid_reset(http):
    """Streams that are taken back in the same breath."""
    for _ in range(2_000):
        http.take_back(http.ask("/healthz"))
    frame = await http.until(lambda frame: frame.kind == GOAWAY)
    assert frame is None or frame.error == 11, "calm down"


async def endless_head(http):
    """A head that never ends."""
    stream = http.ask("/healthz", flags=END_STREAM)
    with contextlib.suppress(ConnectionError):
        for _ in range(1_000):
            http.send(CONTINUATION, 0, stream, b"\x00\x01a\x01b" * 100)
            await http.writer.drain()
    frame = await http.until(lambda frame: frame.kind == GOAWAY)
    assert frame is None or frame.error in (1, 11)


async def large_head(http):
    """More than 16 KiB of it."""
    more = [(f"x-{number}", "y" * 1_000) for number in range(20)]
    stream, fields = http.next_stream, http.head("/healthz", *more)
    http.send(HEADERS, END_STREAM, stream, fields[:10_000])
    http.send(CONTINUATION, END_HEADERS, stream, fields[10_000:])
    frame = await http.until(lambda frame: frame.kind in (HEADERS, RST_STREAM, GOAWAY))
    assert frame is None or frame.status != 200


async def too_many(http):
    """More requests at a time than it was told there may be."""
    # Each waits for the body that it announces.
    streams = [http.ask("/api/auth/login", ("content-length", "5"), method=POST, flags=END_HEADERS) for _ in range(110)]
    refused = {(await http.until(lambda frame: frame.kind == RST_STREAM)).stream for _ in range(10)}
    assert refused == set(streams[100:])


async def test_who_says_nothing_or_drips_is_sent_away(secure):
    """200 of each, over whom nobody else waits."""
    silent = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", secure.port) for _ in range(200)))
    dripping = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", secure.port) for _ in range(200)))
    for _, writer in dripping:
        writer.write(b"\x16\x03\x01\x02\x00")
    await register(secure, "anna")

    async def ended(reader):
        assert await asyncio.wait_for(reader.read(), 15) == b""

    await asyncio.gather(*(ended(reader) for reader, _ in silent + dripping))
    for _, writer in silent + dripping:
        writer.close()


async def test_what_is_no_pair_is_refused(tmp_path):
    one, two = certify(tmp_path, "one", "localhost"), certify(tmp_path, "two", "localhost")
    (tmp_path / "empty.crt").write_text("nothing")
    for certificate, key, why in (
        (one.certificate, two.key, "cannot be used with"),
        (one.key, one.key, "no certificate"),
        ("empty.crt", one.key, "empty.crt"),
        ("nowhere.crt", one.key, "nowhere.crt"),
        (one.certificate, "nowhere.key", "nowhere.key"),
    ):
        said = refused(tmp_path, "--tls-certificate", certificate, "--tls-key", key)
        assert why in said, said
    assert "--tls-key" in refused(tmp_path, "--tls-certificate", one.certificate)
