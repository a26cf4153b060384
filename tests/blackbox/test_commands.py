"""What the program does on a database beside serving, as an operator runs it."""

import subprocess

from harness.http import call
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
