"""A push service. It cannot read what it gets; the device that decrypts is in the Rust tests."""

import asyncio
import base64

from aiohttp import web

from .backend import Backend

# The example of RFC 8291.
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


class PushService(Backend):
    def __init__(self):
        super().__init__(self.hear)
        # The endpoint and the topic of each accepted push.
        self.taken = []
        self.arrived = asyncio.Condition()
        # Returns the status with which a push to an endpoint is answered.
        self.status = lambda endpoint: 201

    async def subscribe(self, user, name, tree="/api", expect=201):
        body = {"endpoint": self.address(f"/{name}"), "keys": KEYS}
        return await user.call("PUT", f"{tree}/push/subscriptions", body, expect=expect)

    async def hear(self, request):
        body, headers = await request.read(), request.headers
        assert headers["Content-Encoding"] == "aes128gcm" and headers["TTL"] == "86400"
        token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
        assert len(base64.urlsafe_b64decode(key + "=")) == 65 and token.count(".") == 2
        # A salt, a size, the sender's point, and one record.
        assert 16 + 4 + 1 + 65 < len(body) <= 4096
        name = request.path.removeprefix("/")
        status = self.status(name)
        async with self.arrived:
            if 200 <= status < 300:
                self.taken.append((name, headers["Topic"]))
            self.arrived.notify_all()
        return web.Response(status=status)

    def count(self, name):
        return sum(1 for taken, _ in self.taken if taken == name)

    async def until(self, **counts):
        """Waits until this many were accepted, by endpoint."""

        def enough():
            return all(self.count(name) >= count for name, count in counts.items())

        async with self.arrived:
            await asyncio.wait_for(self.arrived.wait_for(enough), 90)
