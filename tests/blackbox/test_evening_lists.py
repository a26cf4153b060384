"""Chat lists, which come at most once a second, as they were recorded."""

import asyncio

import pytest

from harness.wires import Socketio, WebSocket

pytestmark = pytest.mark.database


async def test_lists(play):
    evening, we = await play("lists")
    # None of them joins the room: then nothing is delivered, which would change the status shown.
    async with evening.step("Boris comes"):
        boris = await WebSocket(evening, "boris multiplexed", we.boris).open("/ws")
    async with evening.step("Dima comes"):
        dima = await WebSocket(evening, "dima own", we.dima).open("/api/v1/ws")
    async with evening.step("Eva comes"):
        eva = await Socketio(evening, "eva io", we.eva).open()
    async with evening.step("Anna writes, and all lists show it", silence=1.5):
        await we.rest.ask("POST", we.path("/messages"), {"content": "first"})
        for wire in [boris, dima, eva]:
            await shows(wire, "first")
    evening.lists = True
    async with evening.step("Anna writes", silence=1.5):
        await we.rest.ask("POST", we.path("/messages"), {"content": "second"})
    async with evening.step("Dima reads", silence=1.5):
        await we.v1.ask("POST", we.path1("/read"), {})
    async with evening.step("Eva reads", silence=1.5):
        await we.v2.ask("POST", we.path2("/read"), {})
    async with evening.step("Anna deletes it", silence=1.5):
        await we.rest.ask("DELETE", we.path(f"/messages/{await we.said()}"))
    await evening.end()


async def shows(wire, content):
    """What came before may still be on its way, in whatever order."""
    while not any("updated" in line.text and content in line.text for line in wire.heard):
        await asyncio.sleep(0.01)
