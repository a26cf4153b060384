"""A small back end beside the chat: it says who its people are, gives them tokens, hears what happens and answers with a
notification.

    python backend.py http://127.0.0.1:8000 KEY 8001

The chat runs with `--api-key KEY --allow-private-webhooks`, since this one is on the same machine, and either with tokens of its
own, which `POST /login` fetches here, or with `--introspect-url http://127.0.0.1:8001/who`.
"""

import secrets
import sys

from aiohttp import ClientSession, web
from signed import is_signed

PEOPLE = {"anna": {"id": 7, "name": "Анна", "avatar": ""}, "boris": {"id": 8, "name": "Борис", "avatar": ""}}


class Backend:
    def __init__(self, chat, key, port):
        self.chat, self.key, self.port = chat, key, port
        # The users who are logged in, by their cookie.
        self.sessions = {}
        self.secret = None
        # The ids of events that came. One may come twice, with the same id; keep them in your database.
        self.heard = set()

    async def ask(self, method, path, body=None):
        headers = {"X-Api-Key": self.key}
        url = f"{self.chat}/api/v2/server/{path}"
        async with ClientSession() as session, session.request(method, url, json=body, headers=headers) as answer:
            answer.raise_for_status()
            return (await answer.json())["data"] if answer.status != 204 else None

    async def login(self, request):
        """Your log-in, whatever it is. Here everybody is believed."""
        username = (await request.json())["username"]
        person = PEOPLE.get(username)
        if not person:
            return web.json_response({}, status=401)
        cookie = secrets.token_urlsafe()
        self.sessions[cookie] = person
        answer = web.json_response(await self.token(person))
        answer.set_cookie("session", cookie, httponly=True, samesite="Lax")
        return answer

    async def token(self, person):
        """Returns a token of the chat for somebody who is logged in here; None where the chat asks `/who` instead."""
        known = await self.ask("PUT", f"users/{person['id']}", {"name": person["name"], "avatar": person["avatar"]})
        try:
            return await self.ask("POST", "tokens", {"user_id": known["id"], "ttl": 3600})
        except Exception:
            return {}

    async def who(self, request):
        """Answers the chat whose cookie this is."""
        person = self.sessions.get(request.cookies.get("session"))
        return web.json_response(person or {}, status=200 if person else 401)

    async def hook(self, request):
        """Takes an event from the chat. Answer soon: slow work belongs into a queue of yours."""
        body = await request.read()
        if not is_signed(request.headers, body, self.secret):
            return web.Response(status=401)
        if (name := request.headers["webhook-id"]) not in self.heard:
            self.heard.add(name)
            await self.take(await request.json())
        return web.Response(status=204)

    async def take(self, event):
        message = event["data"]
        if event["type"] == "message.created" and message["content"].startswith("/book "):
            notice = {"user_id": message["sender_id"], "type": "booking_request", "title": "Booked"}
            # Sent twice, it is stored once.
            await self.ask(
                "POST", "notifications", notice | {"body": message["content"][6:], "client_id": message["id"]}
            )

    async def subscribe(self, _):
        """This example subscribes at each start. In production subscribe once, and keep the secret."""
        for known in await self.ask("GET", "webhooks"):
            if known["url"] == self.address:
                await self.ask("DELETE", f"webhooks/{known['id']}")
        wanted = {"url": self.address, "events": ["message.created"]}
        self.secret = (await self.ask("POST", "webhooks", wanted))["secret"]

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def serve(self):
        app = web.Application()
        app.add_routes([web.post("/login", self.login), web.get("/who", self.who), web.post("/hook", self.hook)])
        app.on_startup.append(self.subscribe)
        web.run_app(app, host="127.0.0.1", port=self.port, print=lambda _: print("listening", flush=True))


if __name__ == "__main__":
    chat, key, port = sys.argv[1:]
    Backend(chat.rstrip("/"), key, int(port)).serve()
