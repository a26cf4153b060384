"""An address of a back end that is told what happens. It checks each signature, and can be told to fail."""

import asyncio
import base64
import hashlib
import hmac
import json

from aiohttp import web

from .backend import Backend
from .http import call

KEY = "key-of-the-back-end"


def is_signed(headers, body, secret):
    """As Standard Webhooks 1.0 says, with whichever of the signatures."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()
    return wanted in headers["webhook-signature"].split()


async def ask(server, method, path, body=None, expect=200):
    answer = await call(server, method, f"/api/v2/server/{path}", body, headers={"X-Api-Key": KEY}, expect=expect)
    return answer.body


class Hook(Backend):
    def __init__(self):
        super().__init__(self.hear)
        # Every try, with the headers that name it.
        self.tries = []
        # What was taken, each once, in the order of its first try.
        self.events = []
        self.secrets = []
        self.arrived = asyncio.Condition()
        # What it answers to an event.
        self.status = lambda event: 204

    async def subscribe(self, server, **wants):
        made = await ask(server, "POST", "webhooks", {"url": self.address("/hook")} | wants, expect=201)
        self.secrets.append(made["data"]["secret"])
        return made["data"]["id"]

    async def hear(self, request):
        body = await request.read()
        assert any(is_signed(request.headers, body, secret) for secret in self.secrets), "a forged signature"
        event = json.loads(body) | {"id": request.headers["webhook-id"]}
        status = self.status(event)
        async with self.arrived:
            self.tries.append(event)
            if 200 <= status < 300 and event["id"] not in {known["id"] for known in self.events}:
                self.events.append(event)
            self.arrived.notify_all()
        return web.Response(status=status)

    async def until(self, enough):
        """Waits until this is true of what was taken."""
        async with self.arrived:
            await asyncio.wait_for(self.arrived.wait_for(lambda: enough(self.events)), 90)

    def said(self):
        return [event["data"]["content"] for event in self.events if event["type"] == "message.created"]
