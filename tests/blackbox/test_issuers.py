"""An issuer outside: people come with its tokens, and are known by its subjects."""

import asyncio
import base64
import hashlib
import hmac
import json
import signal
import subprocess
import time

import pytest
from aiohttp import web
from test_start import refused

from harness.backend import Backend
from harness.dialects import Multiplexed, Refused
from harness.http import call
from harness.server import ROOT, Server

SECRET = "a shared secret of thirty-two bytes"
OTHER = "another secret of thirty-two bytes"
ISSUER = "https://backend.example"
KEYS = ROOT / "crates/chat-transport/src/account/issuer/keys"


def token(sub, *, secret=SECRET, alg="HS256", **claims):
    claims = {"sub": sub, "iss": ISSUER, "aud": "chat", "exp": int(time.time()) + 600} | claims
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": alg, "typ": "JWT"}, claims)]
    signature = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, encoded(signature)])


def by_key(sub, key="rsa", kid="rsa"):
    claims = {"sub": sub, "iss": ISSUER, "exp": int(time.time()) + 600}
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": kid}, claims)]
    command = ["openssl", "dgst", "-sha256", "-sign", KEYS / f"{key}.pem"]
    signature = subprocess.run(command, input=".".join(parts).encode(), check=True, stdout=subprocess.PIPE).stdout
    return ".".join([*parts, encoded(signature)])


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def server():
    with Server(jwt_secret=SECRET, jwt_issuer=ISSUER, jwt_audience="chat") as running:
        yield running


async def me(server, token, expect=200):
    return await call(server, "GET", "/api/auth/me", token=token, expect=expect)


async def test_people_appear_with_their_first_token(server):
    shown = (await me(server, token(7, name="Anna", avatar="https://a.example/a.png"))).data
    assert (shown["id"], shown["name"], shown["avatar"]) == (7, "Anna", "https://a.example/a.png")
    assert (await me(server, token("7", name="Anna B."))).data["name"] == "Anna B."
    other = (await me(server, token("auth0|x"))).data
    assert other["id"] >= 2**52 and other["username"] == f"user-{other['id']}"
    async with await Multiplexed(None, None).open("/ws", token=token(7), server=server) as client:
        assert (await client.next("connected"))["user_id"] == 7


@pytest.mark.parametrize(
    "wrong",
    [
        token(7, secret="another secret of thirty-two bytes"),
        token(7, iss="https://other.example"),
        token(7, aud="web"),
        token(7, exp=int(time.time()) - 61),
        token(7, nbf=int(time.time()) + 600),
        token(7, alg="none"),
        token(7, alg="HS512"),
        token(None),
    ],
)
async def test_wrong_tokens_are_unauthorized(server, wrong):
    await me(server, wrong, expect=401)
    with pytest.raises(Refused) as told:
        await Multiplexed(None, None).open("/ws", token=wrong, server=server)
    assert told.value.status == 401


async def test_a_name_that_breaks_the_rule_is_refused(server):
    assert (await me(server, token(8, name="a\nb"), expect=422)).body["code"] == "INVALID_DATA"
    assert (await me(server, token(8, avatar="javascript:alert(1)"), expect=422)).body["code"] == "INVALID_DATA"


async def test_nobody_registers_or_logs_in_here(server):
    body = {"username": "anna", "password": "correct horse battery"}
    for path in ("register", "login"):
        await call(server, "POST", f"/api/auth/{path}", body, expect=403)


async def test_a_database_remembers_whose_people_are_in_it():
    with Server(jwt_secret=SECRET, jwt_issuer=ISSUER) as server:
        await me(server, token(7))
        server.stop()
        database = ["--database", server.database]
        said = refused(server.home.name, *database)
        assert ISSUER in said and "--adopt-issuer" in said, said
        other = ["--jwt-secret", SECRET, "--jwt-issuer", "https://other.example"]
        assert ISSUER in refused(server.home.name, *database, *other)
        server.flags = server.flags | {"jwt-issuer": "https://other.example"}
        server.adopted = server._command
        server._command = lambda: [*server.adopted(), "--adopt-issuer"]
        server.start()
        assert (await me(server, token(7, iss="https://other.example"))).data["id"] == 7


async def test_what_does_not_make_an_issuer_is_refused(tmp_path):
    (tmp_path / "key.pem").write_text("no key")
    for words in (
        ["--jwt-issuer", ISSUER],
        ["--jwt-audience", "chat"],
        ["--jwt-algorithm", "HS512", "--jwt-issuer", ISSUER, "--jwt-secret", SECRET],
        ["--jwt-algorithm", "RS256", "--jwt-issuer", ISSUER, "--jwt-secret", SECRET],
        ["--jwt-public-key", "key.pem"],
        ["--jwt-public-key", "nowhere.pem"],
        ["--jwks", "key.pem"],
        ["--jwks", "key.pem", "--jwt-public-key", "key.pem"],
        ["--jwks", "key.pem", "--jwt-secret", SECRET],
    ):
        assert "chat-server: " in refused(tmp_path, *words) or "jwt-algorithm" in refused(tmp_path, *words), words


async def test_a_hang_up_does_not_end_the_server(server):
    server.process.send_signal(signal.SIGHUP)
    while "files of keys" not in server.log():
        await me(server, token(7))
    await me(server, token(7))


async def test_several_issuers_stand_in_the_file(tmp_path):
    (tmp_path / "chat.toml").write_text(
        f'[[issuer]]\njwt_issuer = "{ISSUER}"\njwt_secret = "{SECRET}"\n'
        f'[[issuer]]\njwt_issuer = "https://shop.example"\njwt_secret = "{OTHER}"\n'
    )
    with Server(config=str(tmp_path / "chat.toml")) as server:
        assert (await me(server, token(7))).data["id"] == 7
        shopper = (await me(server, token(7, secret=OTHER, iss="https://shop.example"))).data
        assert shopper["id"] >= 2**52, "the same number is somebody else"
        await me(server, token(7, secret=OTHER), expect=401)
        await me(server, token(7, iss="https://shop.example"), expect=401)
    for wrong, why in (
        (f'[[issuer]]\njwt_secret = "{SECRET}"\n', "jwt_issuer"),
        ('[[issuer]]\njwt_issuer = "a"\njwks = "a.json"\n' * 2, "two issuers"),
        ('[[issuer]]\njwt_isuer = "a"\n', "jwt_issuer"),
        ('[[issuer]]\njwt_issuer = "a"\njwt_algorithm = "HS512"\n', "chat.toml:3"),
    ):
        (tmp_path / "chat.toml").write_text(wrong)
        said = refused(tmp_path, "--config", "chat.toml")
        assert why in said, said


async def test_keys_come_from_an_address():
    """The backend comes up only after the server."""
    asked = []

    async def keys(request):
        asked.append(request.path)
        return web.Response(body=(KEYS / "one.jwks").read_bytes())

    backend = await Backend(keys).start()
    address = backend.address("/jwks.json")
    await backend.stop()
    with Server(jwt_issuer=ISSUER, jwks=address) as server:
        assert (await me(server, by_key(7), expect=503)).body["code"] == "UNAVAILABLE"
        await backend.start()
        while (await call(server, "GET", "/api/auth/me", token=by_key(7))).status == 503:
            await asyncio.sleep(0.1)
        assert (await me(server, by_key(7))).data["id"] == 7
        assert (await me(server, by_key(7, key="rsa2"), expect=401)).body["code"] == "UNAUTHORIZED"
        await me(server, by_key(7, kid="new"), expect=401)
        await backend.stop()
        assert (await me(server, by_key(8))).data["id"] == 8, "the last good set is kept"
    assert asked == ["/jwks.json"], "an unknown key is asked for once a minute at most"
