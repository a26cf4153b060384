"""Clients that people use, against the echo: Socket.IO 3 and 4 for JavaScript, python-socketio."""

import asyncio
import subprocess

import pytest
import socketio

from harness.engine import ROOT


@pytest.mark.parametrize("namespace", ["/", "/custom"])
@pytest.mark.parametrize("transports", ["websocket", "polling", "polling,websocket"])
@pytest.mark.parametrize("package", ["socket.io-client", "socket.io-client-v3"])
def test_javascript(echo, package, transports, namespace):
    command = ["node", ROOT / "tests/clients/echo.mjs", package, transports, namespace, f"http://{echo}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("namespace", ["/", "/custom"])
@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]])
async def test_python(echo, transports, namespace):
    client = socketio.AsyncClient(reconnection=False)
    heard = asyncio.Queue()
    for event in ("auth", "message-back"):
        client.on(event, lambda *args: heard.put_nowait(args), namespace=namespace)
    await client.connect(f"http://{echo}", auth={"token": "x"}, transports=transports, namespaces=[namespace])
    try:
        assert await heard.get() == ({"token": "x"},)
        # More than one answer to a poll may hold.
        for n in range(50):
            await client.emit("message", n, namespace=namespace)
        await client.emit("message", (b"\x01\x02", "ё"), namespace=namespace)
        assert [await heard.get() for _ in range(50)] == [(n,) for n in range(50)]
        assert await heard.get() == (b"\x01\x02", "ё")
        await asyncio.sleep(1.2)
        assert client.transport() == transports[-1]
        assert await client.call("message-with-ack", (1, b"\x09"), namespace=namespace) == (1, b"\x09")
    finally:
        await client.disconnect()
