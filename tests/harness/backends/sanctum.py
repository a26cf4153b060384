"""A check of tokens like Laravel's Sanctum: a token is `id|secret`, and the database has the SHA-256 of the secret."""

import hashlib
import hmac
import secrets

from aiohttp import web


class Sanctum:
    """Answers who brings a token, as `auth:sanctum` does with a route that returns the user."""

    def __init__(self):
        self.tokens = {}
        self.asked = 0
        # If set, what to wait for before answering.
        self.ready = None

    def token(self, user, name):
        number, secret = len(self.tokens) + 1, secrets.token_urlsafe(30)
        self.tokens[str(number)] = (hashlib.sha256(secret.encode()).hexdigest(), {"id": user, "name": name})
        return f"{number}|{secret}"

    def revoke(self, token):
        del self.tokens[token.split("|")[0]]

    async def answer(self, request):
        self.asked += 1
        if self.ready:
            await self.ready.wait()
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        number, _, secret = token.partition("|")
        digest, user = self.tokens.get(number, ("", None))
        given = hashlib.sha256(secret.encode()).hexdigest()
        if scheme != "Bearer" or not hmac.compare_digest(digest, given):
            return web.json_response({"message": "Unauthenticated."}, status=401)
        return web.json_response(user)
