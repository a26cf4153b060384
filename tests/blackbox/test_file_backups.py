"""The bytes of files go where the database goes: into a backup and an archive, and back."""

import asyncio
import pathlib
import subprocess

import pytest

from harness.files import PNG, announce, ask, bring, file, gone, send
from harness.people import group, login, register_many
from harness.server import Server, binary

pytestmark = pytest.mark.database


async def run(database, *words):
    command = [binary(), *words, "--database", database]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done


def whole(folder):
    """The files there, by their ids."""
    return {path.name: path.read_bytes() for path in pathlib.Path(folder).glob("*/*")}


async def evening(server):
    """A file that a message names, one that nobody names yet, one that is half there, and one that was deleted."""
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    named, free, deleted = (
        await file(anna),
        await file(anna, b"nobody names it", name="a.txt"),
        await file(anna, b"x" * 9),
    )
    await send(anna, chat, named["url"])
    sent = (await send(anna, chat, deleted["url"])).data
    await anna.call("DELETE", f"/api/v2/chats/{chat.uuid}/messages/{sent['id']}", expect=204)
    await gone(server, deleted["id"])
    begun = (await announce(anna, len(PNG))).data
    await bring(begun, PNG[:10], Content_Range=f"bytes 0-9/{len(PNG)}")
    return anna, named, {named["id"]: PNG, free["id"]: b"nobody names it"}


async def is_read(server, anna, named):
    """What was named is read where it was moved to."""
    assert (await ask("GET", server.url + named["url"][named["url"].index("/api/") :]))[2] == PNG
    user = await login(server, anna.username)
    assert len((await user.call("GET", "/api/chats", expect=200)).data) == 1


async def test_a_backup_has_the_files_too_and_a_restore_brings_them_back(tmp_path):
    copy, moved = tmp_path / "copy.db", tmp_path / "moved.db"
    with Server() as server:
        anna, named, files = await evening(server)
        await run(server.database, "backup", str(copy))
        assert whole(f"{copy}.files") == files
        assert pathlib.Path(f"{copy}.files").stat().st_mode & 0o077 == 0
        # What is deleted after it stays in it, and what comes after it does not come in.
        await file(anna, b"late")
    assert whole(f"{copy}.files") == files
    await run(f"sqlite:{moved}", "restore", str(copy))
    assert whole(f"{moved}.files") == files
    with Server(f"sqlite:{moved}") as server:
        await is_read(server, anna, named)


async def test_an_archive_has_the_files_beside_it(new_database, tmp_path):
    kept, there, archive = tmp_path / "kept", tmp_path / "there", tmp_path / "chat.jsonl"
    with Server(new_database(), files=str(kept)) as server:
        (anna,) = await register_many(server, 1)
        chat, named = await group(anna), await file(anna)
        await send(anna, chat, named["url"])
        await run(server.database, "export", str(archive), "--files", str(kept))
        assert whole(f"{archive}.files") == {named["id"]: PNG}
    moved = new_database() or f"sqlite:{tmp_path}/there.db"
    await run(moved, "import", str(archive), "--files", str(there))
    assert whole(there) == {named["id"]: PNG}
    with Server(moved, files=str(there)) as server:
        await is_read(server, anna, named)
