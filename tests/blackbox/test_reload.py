"""What is in force, and what changes at a hang-up signal."""

import asyncio
import os
import pathlib
import signal
import subprocess

from test_admin import operators
from test_operations import figures, value
from test_start import refused

from harness.http import call
from harness.people import register
from harness.server import Server, binary

KEY = "key-of-the-back-end"


def checked(directory, *words, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHAT_")} | variables
    command = [binary(), "check-config", *words]
    ended = subprocess.run(command, capture_output=True, cwd=directory, env=environment, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, ended.stderr


async def test_check_config_says_what_is_in_force_and_from_where(tmp_path):
    (tmp_path / "chat.toml").write_text(
        f'max_content = 1000\napi_key = "{KEY}"\n[[issuer]]\njwt_issuer = "https://id.example"\njwt_secret = "{"s" * 40}"\n'
    )
    database = "postgres://chat:hunter2@db/chat"
    words = ["--config", "chat.toml", "--presence-grace", "7s"]
    said, _ = checked(tmp_path, *words, CHAT_DATABASE=database)
    lines = [line.split() for line in said.splitlines()]
    assert ["max_content", "=", "1000", "#", "chat.toml:1"] in lines
    assert ["presence_grace", "=", "7s", "#", "command", "line"] in lines
    assert ["rate_messages", "=", "20/60", "#", "default"] in lines
    assert "https://id.example" in said and "CHAT_DATABASE" in said
    for secret in (KEY, "hunter2", "s" * 40):
        assert secret not in said
    assert not list(tmp_path.glob("*.secret")) and not list(tmp_path.glob("*.db")), "it only looks"


async def test_check_config_finds_what_would_not_start(tmp_path):
    for words, why in (
        (["--jwks", "nowhere.json"], "nowhere.json"),
        (["--tls-certificate", "nowhere.crt", "--tls-key", "nowhere.key"], "nowhere.crt"),
        (["--max-frame", "0"], "max-frame"),
    ):
        assert why in refused(tmp_path, "check-config", *words)


async def test_a_hang_up_takes_over_what_can_change_and_names_the_rest(tmp_path):
    path = tmp_path / "chat.toml"
    path.write_text('rate_messages = "1000/1000"\nmax_content = 1000\n')
    flags = {"config": str(path), "log": None}
    server = Server(**flags)
    for name in ("rate-messages", "log"):
        del server.flags[name]
    with server:
        anna = await register(server, "anna")
        chat = (
            await anna.call("POST", "/api/chats", {"type": "group", "title": "A", "member_ids": []}, expect=201)
        ).data
        post = f"/api/chats/{chat['id']}/messages"
        cookie = {"Cookie": f"sessionid={anna.cookie}", "Origin": "https://app.example"}
        await call(server, "POST", post, {"content": "no"}, headers=cookie, expect=403)
        for number in range(20):
            await anna.call("POST", post, {"content": f"{number}"}, expect=200)

        path.write_text(
            'rate_messages = "1/1"\nmax_content = 5\nallowed_origin = "https://app.example"\nlog = "debug"\n'
        )
        hang_up(server)
        await logged(server, "these cannot change while the server runs")
        line = next(line for line in server.log().splitlines() if "these cannot change" in line)
        assert "max_content" in line and "rate_messages" not in line
        await call(server, "POST", post, {"content": "longer than five"}, headers=cookie, expect=200)
        statuses = [(await anna.call("POST", post, {"content": "x"})).status for _ in range(5)]
        assert 429 in statuses, statuses
        await logged(server, "DEBUG")
        answer = await call(operators(server), "GET", "/admin/api/settings", expect=200)
        shown = {one["name"]: (one["value"], one["from"]) for one in answer.body["data"]}
        assert shown["rate_messages"] == ("1/1", f"{path}:1"), "what is taken over is shown"
        assert shown["max_content"][0] == "1000", "what is not stays"

        path.write_text('rate_messages = "0"\n')
        hang_up(server)
        await logged(server, "the settings stay as they were")
        await call(server, "GET", "/healthz", expect=200)


async def test_a_hang_up_in_the_first_moment_ends_nothing(tmp_path):
    """The server reads its settings from a pipe, so that nothing else has been done when the signal comes."""
    path = tmp_path / "chat.toml"
    os.mkfifo(path)
    server = Server(config=str(path))
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    # It opens for writing once the server reads.
    pipe = await asyncio.to_thread(os.open, path, os.O_WRONLY)
    hang_up(server)
    (tmp_path / "whole.toml").write_text("max_content = 1000\n")
    os.replace(tmp_path / "whole.toml", path)
    os.write(pipe, b"max_content = 1000\n")
    os.close(pipe)
    await starting
    try:
        await logged(server, "looking at the settings")
        await call(server, "GET", "/healthz", expect=200)
    finally:
        server.stop()
        server.home.cleanup()


def hang_up(server):
    server.process.send_signal(signal.SIGHUP)


async def logged(server, words):
    while words not in server.log():
        await asyncio.sleep(0.02)


async def test_insecure_switches_are_told_and_counted(tmp_path):
    secret = pathlib.Path(tmp_path, "secret")
    secret.write_text("s" * 40)
    with Server(jwt_secret_file=str(secret)) as safe:
        assert "insecure" not in safe.log()
        assert "chat_server_insecure{" not in await figures(safe)
    with Server(trusted_proxy="0.0.0.0/0", jwt_secret="s" * 40) as server:
        assert "s" * 40 not in server.log()
        text = await figures(server)
        for switch in ("trusts_everybody", "secret_on_command_line"):
            assert value(text, f'chat_server_insecure{{switch="{switch}"}}') == 1
            assert switch in server.log()
