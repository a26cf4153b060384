"""A room in which much happens, and what its readers must know in the end."""

from .dialects import fresh
from .shapes import same


class Story:
    """Random sends, edits, deletes and likes through one client, and what is true after them."""

    def __init__(self, client, chance, stem="story"):
        self.client, self.chance, self.stem = client, chance, stem
        self.contents, self.likes, self.sent, self.deleted = {}, {}, [], set()

    async def run(self, count):
        for _ in range(count):
            choice = self.chance.random()
            if choice < 0.6 or not self.contents:
                await self.send(fresh(self.stem))
            else:
                await self._change(choice, self.chance.choice(list(self.contents)[-8:]))

    async def send(self, content):
        message = await self.client.message(content)
        self.contents[message] = content
        self.sent.append(message)

    async def _change(self, choice, message):
        if choice < 0.75:
            content = fresh("edited")
            await self.client.edit(message, content)
            self.contents[message] = content
        elif choice < 0.83:
            await self.client.delete(message)
            del self.contents[message]
            self.likes.pop(message, None)
            self.deleted.add(message)
        elif self.likes.pop(message, None):
            await self.client.unlike(message)
        else:
            await self.client.like(message)
            self.likes[message] = 1

    def check(self, view, about):
        contents, likes = view.standing()
        ours = set(self.sent)
        same({m: c for m, c in contents.items() if m in ours}, self.contents, f"{about}: contents")
        same({m: n for m, n in likes.items() if m in ours}, self.likes, f"{about}: likes")
        assert view.order == sorted(view.order)


def client_cursor(frame):
    found = frame["data"] if "event" in frame and isinstance(frame["data"], dict) else frame
    return found.get("cursor")
