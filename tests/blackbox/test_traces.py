"""What an OpenTelemetry collector is told: one trace an order, from its frame to the last outbox, and nothing of what was said."""

import asyncio
import contextlib

from aiohttp import web

from harness.dialects import Multiplexed, SocketIo, joined
from harness.people import room_of


async def test_one_trace_goes_from_the_frame_to_the_last_outbox(new_server):
    async with collector() as (address, told):
        server = new_server(traces=address)
        (anna, boris), chat = await room_of(server, 2)
        async with joined(Multiplexed(anna, chat), SocketIo(boris, chat)) as (writer, reader):
            await writer.message("a secret of ours")
            await reader.next("chat:message:new")
            spans = await asyncio.wait_for(told.get(), 60)
    whole = next(span for span in spans if span["name"] == "send")
    store, tell = (next(span for span in spans if span["name"] == name) for name in ("store", "tell"))
    assert {span["traceId"] for span in (whole, store, tell)} == {whole["traceId"]}
    assert "parentSpanId" not in whole and store["parentSpanId"] == tell["parentSpanId"] == whole["spanId"]
    begins, ends = (
        {span["name"]: int(span[key]) for span in spans} for key in ("startTimeUnixNano", "endTimeUnixNano")
    )
    assert begins["send"] == begins["store"] <= ends["store"] == begins["tell"] <= ends["tell"] == ends["send"]
    facts = {one["key"]: one["value"] for one in whole["attributes"] + tell["attributes"]}
    assert facts["chat.dialect"] == {"stringValue": "multiplexed"} and facts["chat.room"] == {"intValue": str(chat.id)}
    assert facts["chat.sockets"] == {"intValue": "2"}
    assert "secret" not in str(spans)


@contextlib.asynccontextmanager
async def collector():
    """Its address, and the spans of each request."""
    told = asyncio.Queue()

    async def take(request):
        assert request.content_type == "application/json"
        (resource,) = (await request.json())["resourceSpans"]
        told.put_nowait([span for scope in resource["scopeSpans"] for span in scope["spans"]])
        return web.json_response({})

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1/traces", told
    finally:
        await runner.cleanup()
