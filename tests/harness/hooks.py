"""A webhook's address. It checks each signature, and can be told to fail."""

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
    """Tells whether one of the signatures is right, by Standard Webhooks 1.0."""
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
        # Every attempt, with its headers.
        self.tries = []
        # Every event that was accepted, once, in the order of the first attempts.
        self.events = []
        self.secrets = []
        self.arrived = asyncio.Condition()
        # Returns the status with which an event is answered.
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
        """Waits until this is true of the accepted events."""
        async with self.arrived:
            await asyncio.wait_for(self.arrived.wait_for(lambda: enough(self.events)), 90)

    def said(self):
        return [event["data"]["content"] for event in self.events if event["type"] == "message.created"]
