"""What the kernel knows of the server's sockets."""

import ctypes
import os
import pathlib
import socket

from harness.dialects import DIALECTS, Bare, joined
from harness.http import session
from harness.people import room_of

PIDFD_GETFD = 438


def sockets_of(process):
    """Copies of the TCP connections of a process. It is our child, so the kernel lets us."""
    handle = os.pidfd_open(process.pid)
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        for entry in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
            if not os.readlink(entry).startswith("socket:"):
                continue
            copy = libc.syscall(PIDFD_GETFD, handle, int(entry.name), 0)
            assert copy >= 0, os.strerror(ctypes.get_errno())
            with socket.socket(fileno=copy) as found:
                listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                if found.family in (socket.AF_INET, socket.AF_INET6) and not listens:
                    yield found
    finally:
        os.close(handle)


async def test_every_connection_sends_without_delay(new_server):
    """On each address, ours and the operators', and in each dialect: small frames do not wait for acknowledgements."""
    server = new_server(listen="127.0.0.1:0")
    (anna,), chat = await room_of(server, 1)
    async with joined(*(dialect(anna, chat) for dialect in [*DIALECTS, Bare])) as first:
        server.port, first_port = server.ports[1], server.port
        async with joined(*(dialect(anna, chat) for dialect in [*DIALECTS, Bare])) as second:
            server.port = first_port
            async with session().get(server.admin_url + "/healthz") as answer:
                assert answer.status == 200
            ports = []
            for found in sockets_of(server.process):
                assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1, found
                ports.append(found.getsockname()[1])
    wanted = {server.ports[0]: len(first), server.ports[1]: len(second), server.admin_port: 1}
    assert {port: min(ports.count(port), count) for port, count in wanted.items()} == wanted
