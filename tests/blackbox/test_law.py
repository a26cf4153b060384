"""Who asks for nothing hears and is answered byte for byte what was recorded before there was anything to ask for, while others
in the same room use everything there is."""

import asyncio
import contextlib
from urllib.parse import quote

import pytest
import test_evening_messages
import test_evening_trees

from harness.files import file

pytestmark = pytest.mark.database
ASKS = {"X-Chat-Features": "all"}


class Others:
    """What happens between the steps of an evening: all of it is taken back, and none of it is a message."""

    def __init__(self, we):
        self.we, self.times = we, 0

    async def ask(self, user, method, path, body=None, expect=200):
        return (await user.call(method, path, body, headers=ASKS, expect=expect)).body

    async def use_everything(self):
        we = self.we
        room = f"/api/chats/{we.room.id}"
        found = await we.anna.call("GET", f"{room}/messages?limit=100", headers=ASKS, expect=200)
        self.times += 1
        if found.data:
            message = found.data[-1 - self.times % min(3, len(found.data))]["id"]
            await self.about(f"{room}/messages/{message}")
        for role in ("moderator", "member"):
            await self.ask(we.anna, "PATCH", f"{room}/members/{we.eva.id}", {"role": role})
        await self.ask(we.anna, "PUT", f"{room}/mutes/{we.boris.id}", {"seconds": 60, "reason": "loud"})
        await self.ask(we.anna, "DELETE", f"{room}/mutes/{we.boris.id}")
        await self.ask(we.anna, "PUT", f"{room}/bans/{we.felix.id}", {"delete_messages": True})
        await self.ask(we.anna, "DELETE", f"{room}/bans/{we.felix.id}")
        for slow_mode, frozen in ((5, True), (0, False)):
            await self.ask(we.anna, "PATCH", room, {"slow_mode": slow_mode, "frozen": frozen})
        for method in ("PUT", "DELETE"):
            await self.ask(we.clara, method, f"/api/users/{we.dima.id}/block")
        await file(we.dima)

    async def about(self, message):
        we = self.we
        for user, emoji in ((we.anna, "👍"), (we.boris, "👍"), (we.eva, ":tada:")):
            await self.ask(user, "PUT", f"{message}/reactions/{quote(emoji)}")
        if self.times % 2:
            await self.ask(we.boris, "DELETE", f"{message}/reactions/{quote('👍')}")
        for method in ("PUT", "DELETE"):
            await self.ask(we.anna, method, f"{message}/pin")
        await we.dima.call("POST", f"{message}/reports", {"reason": "a test"})


def among_others(play, made):
    """The same evenings, with others who use everything before each step."""

    async def begin(name, **flags):
        evening, we = await play(name, **flags)
        others, plain = Others(we), evening.step
        made.append(others)

        @contextlib.asynccontextmanager
        async def step(title, **more):
            await others.use_everything()
            async with plain(title, **more):
                yield

        evening.step = step
        return evening, we

    return begin


@pytest.mark.parametrize("evening", [test_evening_messages.test_messages, test_evening_trees.test_trees])
async def test_nobody_who_asks_for_nothing_notices(play, evening):
    made = []
    await evening(among_others(play, made))
    [others] = made
    audit = await others.ask(others.we.anna, "GET", f"/api/chats/{others.we.room.id}/audit?limit=100")
    assert others.times > 10 and len(audit["data"]) == 100, "much has happened meanwhile"


async def test_replies_mentions_and_files_are_plain_messages_for_who_asks_for_nothing(play):
    evening, we = await play("messages")
    await we.open()
    stored = await file(we.anna)
    room = f"/api/v2/chats/{we.room.uuid}"

    async def heard(body):
        """The frame of a message on every connection, with no other id than its own."""
        said = (await we.anna.call("POST", f"{room}/messages", body, headers=ASKS, expect=201)).data
        frames, its = {}, evening.plain.text(said["id"])
        while len(frames) < len(HEARERS):
            evening.news.clear()
            for name in HEARERS:
                lines = [line.shown() for line in evening.wires[name].heard if body["content"] in line.text]
                found = next((line for line in lines if its in line), None)
                if found is not None:
                    frames[name] = found.replace(its, "<it>")
            if len(frames) < len(HEARERS):
                await asyncio.wait_for(evening.news.wait(), 60)
        return said["id"], frames

    question = {"content": "what do you say, @felix?"}
    first, plain = await heard(question)
    assert (await heard(question | {"reply_to": first}))[1] == plain
    await we.anna.call("POST", f"/api/chats/{we.room.id}/members", {"user_id": we.felix.id}, expect=201)
    assert (await heard(question | {"reply_to": first}))[1] == plain
    asked = (await we.anna.call("GET", f"{room}/messages?limit=1", headers=ASKS, expect=200)).data[0]
    assert asked["reply_to"]["id"] == first and asked["mentions"] == [we.felix.uuid], "they were more than plain"
    _, words = await heard({"content": stored["url"]})
    _, a_file = await heard({"type": "file", "content": stored["url"], "metadata": {"name": "a.png"}})
    assert {name: frame.replace('{"name":"a.png"}', "{}") for name, frame in a_file.items()} == words
    asked = (await we.anna.call("GET", f"{room}/messages?limit=1", headers=ASKS, expect=200)).data[0]
    assert asked["file"]["id"] == stored["id"] and asked["type"] == "file"


HEARERS = ["anna stream", "anna chat", "boris multiplexed", "clara room", "dima roulette", "eva io"]
