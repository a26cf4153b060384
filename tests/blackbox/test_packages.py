"""What people install: a tarball with everything in its place, a unit, an image, and what stands in front."""

import gzip
import os
import pathlib
import re
import subprocess
import tarfile

import yaml

from harness.server import ROOT, binary

PACKAGES = ROOT / "examples" / "packages"


def run(*words, **more):
    return subprocess.run([binary(), *words], capture_output=True, text=True, timeout=60, **more)


def settings():
    return set(re.findall(r"--([a-z-]+)", run("--help").stdout))


def test_the_tarball_has_everything_in_its_place(tmp_path):
    given = os.environ | {"CHAT_SERVER": str(pathlib.Path(binary()).resolve())}
    done = subprocess.run([PACKAGES / "build", tmp_path], env=given, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    with tarfile.open(done.stdout.strip()) as tar:
        names = set(tar.getnames())
        page = gzip.decompress(tar.extractfile("usr/share/man/man1/chat-server.1.gz").read()).decode()
        assert tar.getmember("usr/bin/chat-server").mode == 0o755 and tar.getmember("usr/bin/chat-server").uname == ""
    assert {
        "usr/lib/systemd/system/chat-server.service",
        "usr/share/bash-completion/completions/chat-server",
        "usr/share/zsh/vendor-completions/_chat-server",
        "usr/share/fish/vendor_completions.d/chat-server.fish",
    } <= names
    assert ".TH chat-server 1" in page and "presence\\-grace" in page


def test_the_unit_starts_what_there_is(tmp_path):
    unit = (PACKAGES / "chat-server.service").read_text()
    (line,) = re.findall(r"^ExecStart=/usr/bin/chat-server (.*)$", unit, re.M)
    assert set(re.findall(r"--([a-z-]+)", line)) <= settings()
    copy = tmp_path / "chat-server.service"
    copy.write_text(unit.replace("/usr/bin/chat-server", str(pathlib.Path(binary()).resolve())))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True, timeout=60
    )
    assert "chat-server.service" not in checked.stderr, checked.stderr


def test_the_image_copies_and_starts_what_there_is():
    lines = [
        line for line in (PACKAGES / "Dockerfile").read_text().replace("\\\n", " ").splitlines() if line[:1] != "#"
    ]
    said = [line.split(maxsplit=1) for line in lines if line.strip()]
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in said} <= known and said[0][0] == "FROM"
    (words,) = [rest for word, rest in said if word == "CMD"]
    assert set(re.findall(r"--([a-z-]+)", words)) <= settings()
    (version,) = re.findall(r"FROM rust:([0-9.]+)", (PACKAGES / "Dockerfile").read_text())
    assert f'rust-version = "{version}"' in (ROOT / "Cargo.toml").read_text()


def test_the_composition_sets_what_there_is():
    services = yaml.safe_load((PACKAGES / "compose.yaml").read_text())["services"]
    chat = services["chat"]
    variables = {
        name.removeprefix("CHAT_").lower().replace("_", "-") for name in chat["environment"] if name[:5] == "CHAT_"
    }
    assert variables <= settings() and variables
    assert set(re.findall(r"--([a-z-]+)", " ".join(chat["command"]))) <= settings()
    assert (PACKAGES / chat["build"]["context"] / chat["build"]["dockerfile"]).exists()
    assert chat["depends_on"]["database"]["condition"] == "service_healthy" and "healthcheck" in services["database"]
