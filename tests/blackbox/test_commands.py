"""What the program does on a database beside serving, as an operator runs it."""

import subprocess

from harness.files import file
from harness.http import call
from harness.people import group, register_many
from harness.server import Server, binary


def run(home, *words, given=""):
    command = [binary(), *words, "--database", f"sqlite:{home}/chat.db"]
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, cwd=home)


async def test_accounts_and_tokens_are_made_at_a_shell(tmp_path):
    made = run(tmp_path, "user", "add", "anna", "--name", "Анна")
    assert made.returncode == 0, made.stderr
    number, username, name, password = made.stdout.rstrip("\n").split("\t")
    assert (username, name) == ("anna", "Анна") and len(password) >= 16
    again = run(tmp_path, "user", "add", "ANNA")
    assert again.returncode == 1 and "taken" in again.stderr and again.stdout == ""
    short = run(tmp_path, "user", "add", "boris", "--password-stdin", given="short\n")
    assert short.returncode == 1 and "8 to 128" in short.stderr
    boris = run(tmp_path, "user", "add", "boris", "--password-stdin", given="a password of his\n")
    assert boris.returncode == 0 and "a password" not in boris.stdout
    listed = run(tmp_path, "user", "list")
    assert listed.stdout == f"{number}\tanna\tАнна\n{boris.stdout}"
    tokens = [run(tmp_path, "token", "--user", who).stdout.strip() for who in ("Anna", number)]
    nobody = run(tmp_path, "token", "--user", "nobody")
    assert nobody.returncode == 1 and "nobody called nobody" in nobody.stderr

    with Server(f"sqlite:{tmp_path}/chat.db") as server:
        for token in tokens:
            me = await call(server, "GET", "/api/auth/me", token=token, expect=200)
            assert me.data["username"] == "anna"
        for who, secret in [("anna", password), ("boris", "a password of his")]:
            await call(server, "POST", "/api/auth/login", {"username": who, "password": secret}, expect=200)
        refused = run(tmp_path, "user", "list")
        assert refused.returncode == 1 and refused.stdout == "", "a server has the database"
        assert "chat-server: " in refused.stderr


def test_shells_complete_the_command_line(tmp_path):
    for shell in ("bash", "fish", "zsh"):
        script = run(tmp_path, "completions", shell)
        assert (
            script.returncode == 0
            and "backup" in script.stdout
            and "--max-frame" in script.stdout.replace("-l max-frame", "--max-frame")
        )
    checked = subprocess.run(["bash", "-n"], input=run(tmp_path, "completions", "bash").stdout, text=True)
    assert checked.returncode == 0
    assert run(tmp_path, "completions", "no-shell").returncode == 2


async def test_a_password_is_changed_at_a_shell_and_ends_the_log_ins_of_before(tmp_path):
    run(tmp_path, "user", "add", "anna", "--password-stdin", given="the first password\n")
    with Server(f"sqlite:{tmp_path}/chat.db") as server:
        body = {"username": "anna", "password": "the first password"}
        before = (await call(server, "POST", "/api/auth/login", body, expect=200)).body
    changed = run(tmp_path, "user", "password", "ANNA")
    assert changed.returncode == 0, changed.stderr
    password = changed.stdout.rstrip("\n").split("\t")[-1]
    nobody = run(tmp_path, "user", "password", "nobody")
    assert nobody.returncode == 1 and "nobody called nobody" in nobody.stderr
    with Server(f"sqlite:{tmp_path}/chat.db") as server:
        await call(server, "POST", "/api/auth/login", body, expect=401)
        await call(server, "POST", "/api/auth/login", body | {"password": password}, expect=200)
        refresh = {"refresh_token": before["refresh_token"]}
        await call(server, "POST", "/api/auth/refresh", refresh, expect=401)


async def test_somebody_is_kept_out_and_let_in_again_at_a_shell(tmp_path):
    run(tmp_path, "user", "add", "anna", "--password-stdin", given="a password of hers\n")
    body = {"username": "anna", "password": "a password of hers"}
    with Server(f"sqlite:{tmp_path}/chat.db") as server:
        before = (await call(server, "POST", "/api/auth/login", body, expect=200)).body
    disabled = run(tmp_path, "user", "disable", "ANNA", "--for", "7d", "--reason", "spam")
    assert disabled.returncode == 0 and disabled.stdout.split("\t")[1] == "anna", disabled.stderr
    nobody = run(tmp_path, "user", "disable", "nobody")
    assert nobody.returncode == 1 and "nobody called nobody" in nobody.stderr
    assert run(tmp_path, "user", "disable", "anna", "--for", "soon").returncode == 2
    long = run(tmp_path, "user", "disable", "anna", "--reason", "x" * 501)
    assert long.returncode == 1 and "500" in long.stderr
    with Server(f"sqlite:{tmp_path}/chat.db") as server:
        await call(server, "POST", "/api/auth/login", body, expect=403)
        await call(server, "GET", "/api/auth/me", token=before["access_token"], expect=403)
        refused = run(tmp_path, "user", "enable", "anna")
        assert refused.returncode == 1 and "chat-server: " in refused.stderr, "a server has the database"
    assert run(tmp_path, "user", "enable", "anna").returncode == 0
    with Server(f"sqlite:{tmp_path}/chat.db") as server:
        await call(server, "GET", "/api/auth/me", token=before["access_token"], expect=200)
        await call(server, "POST", "/api/auth/login", body, expect=200)


async def test_somebody_is_erased_at_a_shell_with_what_they_said_and_their_files(tmp_path):
    with Server(f"sqlite:{tmp_path}/chat.db") as server:
        anna, boris, clara = await register_many(server, 3)
        chat = await group(boris, anna, clara)
        for user in (anna, boris, clara):
            for number in range(5):
                path = f"/api/chats/{chat.id}/messages"
                await user.call("POST", path, {"content": f"{user.username} {number}"}, expect=200)
        await file(anna, b"the bytes of a file", name="secret.txt", mime="text/plain")
    folder = tmp_path / "chat.db.files"
    assert [path.read_bytes() for path in folder.rglob("*") if path.is_file()] == [b"the bytes of a file"]
    assert run(tmp_path, "user", "erase", anna.username).returncode == 2, "what becomes of the messages is to be said"
    erased = run(tmp_path, "user", "erase", anna.username, "--messages", "delete")
    assert (erased.returncode, erased.stdout) == (0, f"{anna.id}\n"), erased.stderr
    kept = run(tmp_path, "user", "erase", str(clara.id), "--messages", "keep")
    assert kept.returncode == 0, kept.stderr
    again = run(tmp_path, "user", "erase", str(clara.id), "--messages", "keep")
    assert again.returncode == 1 and "nobody called" in again.stderr
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert run(tmp_path, "user", "list").stdout.split("\t")[1] == boris.username
    with Server(f"sqlite:{tmp_path}/chat.db") as server:
        me = await call(server, "GET", "/api/auth/me", token=anna.token)
        assert me.status == 401
        path = f"/api/chats/{chat.id}/messages?limit=100"
        seen = (await call(server, "GET", path, token=boris.token, expect=200)).data
        assert {message["content"].split()[0] for message in seen} == {boris.username, clara.username}
        assert len(seen) == 10
