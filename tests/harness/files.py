"""Files: announcing, uploading and naming them."""

import asyncio
import pathlib

from .http import session

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


async def announce(user, size, name="a b.png", mime="image/png", prefix="/api", expect=201):
    return await user.call("POST", f"{prefix}/files", {"name": name, "size": size, "type": mime}, expect=expect)


async def bring(announced, content, **headers):
    """Uploads bytes in the way that the announcement's answer asks for."""
    return await ask("PUT", announced["upload"]["url"], content, **announced["upload"]["headers"], **headers)


async def ask(method, url, content=None, **headers):
    """Returns the status, the headers and the bytes of an answer."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    async with session().request(method, url, data=content, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers, await answer.read()


async def file(user, content=PNG, **more):
    """Announces a file and uploads all of it."""
    announced = (await announce(user, len(content), **more)).data
    status, _, said = await bring(announced, content)
    assert status == 200, said
    return announced


async def send(user, chat, url, kind="file", expect=201, **more):
    body = {"type": kind, "content": url, **more}
    return await user.call("POST", f"/api/v2/chats/{chat.uuid}/messages", body, expect=expect)


def kept(server):
    """Returns the files in the directory beside the database."""
    files = pathlib.Path(server.home.name)
    return sorted(path.name for path in files.glob("*.files/*/*"))


async def gone(server, name, within=60):
    """Waits until no file of this name is there any more."""
    for _ in range(within * 10):
        if not any(name in there for there in kept(server)):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{name} is still among {kept(server)}")


async def read(server, url, token=None):
    credential = {"Authorization": f"Bearer {token}"} if token else {}
    return (await ask("GET", server.url + url.removeprefix(server.url), **credential))[0]
