"""Debian's reverse proxies in front of a server, each as its manual has it for WebSockets and streams."""

import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from harness.postgres import free_port

NGINX = """
daemon off; pid {home}/pid; error_log {home}/log; events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    server {{
        listen 127.0.0.1:{port}{ssl};
        location / {{
            proxy_pass http://127.0.0.1:{to};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto https;
            proxy_read_timeout 1h;
        }}
    }}
}}
"""
HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
frontend all
    bind 127.0.0.1:{port}{ssl}
    option forwardfor
    http-request set-header X-Forwarded-Proto https
    default_backend chat
backend chat
    server one 127.0.0.1:{to}
"""
# It names the client only by the PROXY protocol, with TLS or without, and does not look into the stream.
PASSING = """
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend all
    bind 127.0.0.1:{port}{ssl}
    default_backend chat
backend chat
    server one 127.0.0.1:{to} send-proxy-v2-ssl
"""
KINDS = {"nginx": (NGINX, ["-p", "{home}", "-c", "{home}/conf"]), "haproxy": (HAPROXY, ["-db", "-f", "{home}/conf"])}
PROGRAMS = KINDS | {"haproxy-tcp": (PASSING, KINDS["haproxy"][1])}
SSL = {
    "nginx": " ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key}",
    "haproxy": " ssl crt {home}/pair.pem alpn h2,http/1.1",
    "haproxy-tcp": " ssl crt {home}/pair.pem",
}


EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
AROUND = """
daemon off; pid {{home}}/pid; error_log {{home}}/log; events {{{{ worker_connections 512; }}}}
http {{{{
    access_log off;
    client_body_temp_path {{home}}/body; proxy_temp_path {{home}}/proxy; fastcgi_temp_path {{home}}/fastcgi;
    uwsgi_temp_path {{home}}/uwsgi; scgi_temp_path {{home}}/scgi;
{}
}}}}
"""


def example(name, *changes, folder="proxies"):
    """Returns an example configuration with the addresses and files of a test."""
    text = (EXAMPLES / folder / name).read_text().replace("{", "{{").replace("}", "}}")
    for shown, ours in changes:
        assert shown in text, f"{name} does not say {shown}"
        text = text.replace(shown, ours)
    return text


TO = ("127.0.0.1:8000", "127.0.0.1:{to}")
SHOWN = {
    "nginx-example": (
        AROUND.format(
            example(
                "nginx.conf",
                TO,
                ("listen 443", "listen 127.0.0.1:{port}"),
                ("/etc/ssl/chat.pem", "{certificate}"),
                ("/etc/ssl/chat.key", "{key}"),
            )
        ),
        KINDS["nginx"][1],
    ),
    "haproxy-example": (
        example(
            "haproxy.cfg", TO, ("bind :443", "bind 127.0.0.1:{port}"), ("/etc/ssl/chat-with-key.pem", "{home}/pair.pem")
        ),
        KINDS["haproxy"][1],
    ),
}
CLUSTER = example(
    "haproxy.cfg",
    ("bind 127.0.0.1:8000", "bind 127.0.0.1:{port}"),
    # A busy test machine may answer a health check late; it must not count as down for that.
    ("fall 2 rise 1", "fall 60 rise 1"),
    *((f"127.0.0.1:800{number}", f"127.0.0.1:{{to_{number}}}") for number in (1, 2, 3)),
    folder="cluster",
)
PROGRAMS |= SHOWN
# Those for one server; the one below is for three.
TO_ONE = list(PROGRAMS)
PROGRAMS |= {"haproxy-cluster": (CLUSTER, KINDS["haproxy"][1])}


class Proxy:
    """A proxy in front of a server, with which tests talk in the server's place."""

    def __init__(self, kind, server, pair=None):
        """With a pair of certificate and key it speaks TLS."""
        template, arguments = PROGRAMS[kind]
        self.home = tempfile.TemporaryDirectory(prefix=f"chat-{kind}-")
        self.port = free_port()
        self.letter = "s" if pair else ""
        where = {"home": self.home.name, "port": self.port, "to": server.port, "ssl": ""}
        where |= {f"to_{number}": node.port for number, node in enumerate(getattr(server, "nodes", []), 1)}
        if pair:
            both = pathlib.Path(pair.certificate).read_text() + pathlib.Path(pair.key).read_text()
            pathlib.Path(self.home.name, "pair.pem").write_text(both)
            where |= {"certificate": pair.certificate, "key": pair.key}
            where["ssl"] = SSL.get(kind, "").format(**where)
        pathlib.Path(self.home.name, "conf").write_text(template.format(**where))
        kind = kind.partition("-")[0]
        program = shutil.which(kind, path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
        if program is None:
            raise AssertionError(f"{kind} is not installed: run tests/install")
        command = [program, *(argument.format(**where) for argument in arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    @property
    def url(self):
        return f"http{self.letter}://127.0.0.1:{self.port}"

    @property
    def ws_url(self):
        return f"ws{self.letter}://127.0.0.1:{self.port}"

    def __enter__(self):
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, "the proxy did not start"
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.home.cleanup()
