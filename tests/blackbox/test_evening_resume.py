"""Coming back by id and by cursor in all five dialects, as it was recorded."""

import pytest

from harness.wires import WebSocket

pytestmark = pytest.mark.database
WIRES = ["stream", "chat", "multiplexed", "narrow", "roulette", "io"]


async def test_resume(play):
    evening, we = await play("resume")
    async with evening.step("Before anybody listens"):
        for number in range(4):
            await we.rest.ask("POST", we.path("/messages"), {"content": f"number {number}"})
    first = await we.said(0)
    async with evening.step("Anna looks on: she hears whatever is delivered"):
        watcher = WebSocket(evening, "anna roulette", we.anna)
        await watcher.open("/api/v1/ws", chat_id=we.room.uuid)
    for name in WIRES:
        async with evening.step(f"{name} comes with an id"):
            await getattr(we, f"open_{name}")(
                last_message_id=await we.said_uuid(0) if name in ("roulette", "io") else first
            )
    async with evening.step("All go"):
        await close(we)
    for name in WIRES:
        async with evening.step(f"{name} comes with the empty cursor"):
            await getattr(we, f"open_{name}")(cursor="")
    async with evening.step("Anna writes"):
        await we.rest.ask("POST", we.path("/messages"), {"content": "with cursors"})
    async with evening.step("Everything else with cursors"):
        await we.rest.ask("PATCH", we.path(f"/messages/{await we.said()}"), {"content": "edited"})
        await we.rest.ask("PUT", we.path(f"/messages/{await we.said()}/like"))
    async with evening.step("Eva reads"):
        await we.v2.ask("POST", we.path2("/read"), {})
    cursors = {name: getattr(we, name).cursor for name in WIRES}
    async with evening.step("All go again"):
        await close(we)
    async with evening.step("Much happens"):
        await missed(we)
    for name in WIRES:
        async with evening.step(f"{name} comes back with its cursor"):
            await getattr(we, f"open_{name}")(cursor=cursors[name])
    async with evening.step("Polls"):
        await we.rest.ask("GET", we.path(f"/poll?last_message_id={first}"))
        await we.rest.ask("GET", we.path(f"/poll?cursor={cursors['stream']}"))
        await we.rest.ask("GET", we.path("/poll?cursor="))
    async with evening.step("Cursors that are none"):
        await we.rest.ask("GET", we.path("/poll?cursor=nonsense"))
        await we.multiplexed.send({"type": "join_chat", "chat_id": we.room.id, "cursor": "nonsense"})
        await we.io.call(1, "chat:join", we.there(cursor="nonsense"))
    await evening.end()


async def close(we):
    for name in WIRES:
        await getattr(we, name).close()
    await we.gone(but=1)


async def missed(we):
    """What a replay tells: a message, an edit, a delete, a like, somebody added and removed, a read."""
    await we.rest.ask("POST", we.path("/messages"), {"content": "missed"})
    await we.rest.ask("PATCH", we.path(f"/messages/{await we.said(1)}"), {"content": "edited meanwhile"})
    await we.rest.ask("DELETE", we.path(f"/messages/{await we.said(2)}"))
    await we.v2.ask("PUT", we.path2(f"/messages/{await we.said_uuid(0)}/like"))
    await we.rest.ask("POST", we.path("/members"), {"user_id": we.felix.id})
    await we.rest.ask("DELETE", we.path(f"/members/{we.felix.id}"))
    await we.v1.ask("POST", we.path1("/read"), {})
