"""A back end is asked before anything is said, in every dialect; what it does not answer is as the operator wants."""

import asyncio

import pytest
from aiohttp import web

from harness.backend import Backend
from harness.dialects import DIALECTS, Multiplexed, joined
from harness.hooks import KEY
from harness.http import call
from harness.people import group, register_many


class Censor(Backend):
    """Says no to what is bad, mends what is rude, and says nothing for long about what is slow."""

    def __init__(self):
        super().__init__(self.judge)
        self.asked = []
        self.over = asyncio.Event()

    async def judge(self, request):
        question = await request.json()
        self.asked.append(question)
        content = question["content"]
        if "slow" in content:
            await self.over.wait()
        if "strange" in content:
            return web.Response(text="no JSON")
        if "bad" in content:
            return web.json_response({"allow": False, "reason": "mind your words"})
        return web.json_response({"allow": True} | ({"content": "mended"} if "rude" in content else {}))

    async def stop(self):
        self.over.set()
        await super().stop()


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_dialect_is_asked_about(new_server, dialect):
    async with Censor() as censor:
        server = new_server(check_url=censor.address("/check"))
        ann, bob = await register_many(server, 2)
        chat = await group(ann, bob)
        async with joined(dialect(ann, chat), Multiplexed(bob, chat)) as (client, witness):
            first = await client.message("good")
            await client.message("rude")
            said = [(await witness.next("new_message"))["message"]["content"] for _ in range(2)]
            assert said == ["good", "mended"]
            assert [question["content"] for question in censor.asked] == ["good", "rude"]
            asked = censor.asked[0]
            assert (asked["chat_id"], asked["user_id"], asked["type"]) == (chat.uuid, ann.uuid, "text")
            assert first


async def test_a_refusal_is_told_with_its_reason_and_nobody_hears_the_words(new_server):
    async with Censor() as censor:
        server = new_server(check_url=censor.address("/check"), api_key=KEY)
        ann, bob = await register_many(server, 2)
        chat = await group(ann, bob)
        path = f"/api/chats/{chat.id}/messages"
        async with joined(Multiplexed(ann, chat), Multiplexed(bob, chat)) as (mine, theirs):
            await mine.send({"type": "send_message", "chat_id": chat.id, "content": "bad", "client_id": "1"})
            error = await mine.next("error")
            assert (error["code"], error["message"], error["client_id"]) == ("FORBIDDEN", "mind your words", "1")
            answer = await ann.call("POST", path, {"content": "bad too"}, expect=403)
            assert (answer.body["code"], answer.body["message"]) == ("FORBIDDEN", "mind your words")
            sent = await mine.message("fine")
            await ann.call("PATCH", f"{path}/{sent}", {"content": "bad edit"}, expect=403)
            assert (await ann.call("PATCH", f"{path}/{sent}", {"content": "rude edit"}, expect=200)).data[
                "content"
            ] == "mended"
            body = {"user_id": bob.uuid, "content": "bad of a back end"}
            server_path = f"/api/v2/server/chats/{chat.uuid}/messages"
            await call(server, "POST", server_path, body, headers={"X-Api-Key": KEY}, expect=403)
            heard = await theirs.until("message_updated")
            assert "bad" not in str(heard)


async def test_a_repeat_is_not_asked_about_and_is_compared_with_what_was_said(new_server):
    async with Censor() as censor:
        server = new_server(check_url=censor.address("/check"), check_fails="closed")
        [ann] = await register_many(server, 1)
        chat = await group(ann)
        path = f"/api/chats/{chat.id}/messages"
        first = await ann.call("POST", path, {"content": "rude", "client_id": "1"}, expect=200)
        assert first.data["content"] == "mended"
        await censor.stop()
        again = await ann.call("POST", path, {"content": "rude", "client_id": "1"}, expect=200)
        assert again.data == first.data
        await ann.call("POST", path, {"content": "mended", "client_id": "1"}, expect=409)
        assert len(censor.asked) == 1


@pytest.mark.parametrize("fails", ["open", "closed"])
async def test_who_does_not_answer_lets_all_pass_or_nothing(new_server, fails):
    async with Censor() as censor:
        server = new_server(check_url=censor.address("/check"), check_fails=fails)
        [ann] = await register_many(server, 1)
        chat = await group(ann)
        expect = 200 if fails == "open" else 503
        for content in ("slow", "strange"):
            await ann.call("POST", f"/api/chats/{chat.id}/messages", {"content": content}, expect=expect)
        await censor.stop()
        await ann.call("POST", f"/api/chats/{chat.id}/messages", {"content": "nobody is there"}, expect=expect)
