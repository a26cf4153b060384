"""How often somebody may do something is counted for the person: another connection, or another dialect, brings no more."""

import time

from harness.dialects import DIALECTS, Rest, SocketIo, fresh, joined
from harness.people import history, room_of

BURST = 20


async def is_taken(client):
    """Says something; whether that was taken, or was too much."""
    content = fresh("one more")
    if isinstance(client, Rest):
        answer = await client.user.call("POST", f"/api/chats/{client.chat.id}/messages", {"content": content})
        assert answer.status == 200 or answer.body["code"] == "RATE_LIMIT", answer.text
        return answer.status == 200
    if isinstance(client, SocketIo):
        ack = await client.call("chat:message:send", {"chat_id": client.chat.uuid, "type": "text", "content": content})
        assert ack["status"] == "sent" or ack["code"] == "RATE_LIMIT", ack
        return ack["status"] == "sent"
    kind, field = {2: ("send_message", "content"), 3: ("chat_message", "message"), 4: ("send_message", "content")}[
        client.number
    ]
    fields = {field: content}
    await client.send({"type": kind} | ({"payload": fields} if client.number == 4 else fields | client_room(client)))
    answer = await client.next(lambda frame: frame["type"] in ("message_sent", "error"))
    return answer["type"] == "message_sent"


def client_room(client):
    return {"chat_id": client.chat.id} if client.number == 2 else {}


async def test_who_comes_back_has_no_more_left(new_server):
    server = new_server(rate_messages=f"1/{BURST}")
    (anna,), chat = await room_of(server, 1)
    began, taken, asked = time.monotonic(), 0, 0
    for dialect in [*DIALECTS, *DIALECTS]:
        async with joined(dialect(anna, chat)) as (client,):
            for _ in range(BURST):
                taken += await is_taken(client)
                asked += 1
    # One a second comes to what was there at first.
    assert BURST <= taken <= BURST + 1 + time.monotonic() - began < asked
    assert len(await history(anna, chat)) == taken
