"""Files: announced, brought, named."""

import asyncio
import pathlib

from .http import session

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


async def announce(user, size, name="a b.png", mime="image/png", prefix="/api", expect=201):
    return await user.call("POST", f"{prefix}/files", {"name": name, "size": size, "type": mime}, expect=expect)


async def bring(announced, content, **headers):
    """Brings bytes as a client does that was told where to."""
    return await ask("PUT", announced["upload"]["url"], content, **announced["upload"]["headers"], **headers)


async def ask(method, url, content=None, **headers):
    """The status, the headers and the bytes."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    async with session().request(method, url, data=content, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers, await answer.read()


async def file(user, content=PNG, **more):
    """A file, all of whose bytes are there."""
    announced = (await announce(user, len(content), **more)).data
    status, _, said = await bring(announced, content)
    assert status == 200, said
    return announced


async def send(user, chat, url, kind="file", expect=201, **more):
    body = {"type": kind, "content": url, **more}
    return await user.call("POST", f"/api/v2/chats/{chat.uuid}/messages", body, expect=expect)


def kept(server):
    """What lies beside the database."""
    files = pathlib.Path(server.home.name)
    return sorted(path.name for path in files.glob("*.files/*/*"))


async def gone(server, name, within=60):
    """Waits until nothing of this name lies there."""
    for _ in range(within * 10):
        if not any(name in there for there in kept(server)):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{name} is still among {kept(server)}")


async def read(server, url, token=None):
    credential = {"Authorization": f"Bearer {token}"} if token else {}
    return (await ask("GET", server.url + url.removeprefix(server.url), **credential))[0]
