"""Rooms over uWebSockets, which the package socketify brings, with its own publish and subscribe. It stores nothing."""

import os

from socketify import App, OpCode

frame = int(os.environ["FRAME"])


def upgrade(answer, request, context):
    key, protocol, extensions = (
        request.get_header(f"sec-websocket-{name}") for name in ("key", "protocol", "extensions")
    )
    answer.upgrade(key, protocol, extensions, context, request.get_url())


def opened(socket):
    socket.subscribe(socket.get_user_data())


def message(socket, content, _):
    told = f'{{"type":"new_message","content":"{content}"'.ljust(frame - 1) + "}"
    # `publish` sends to everybody else.
    socket.publish(socket.get_user_data(), told, OpCode.TEXT)
    socket.send(told, OpCode.TEXT)


app = App()
app.ws("/*", {"upgrade": upgrade, "open": opened, "message": message, "idle_timeout": 0})
app.listen(0, lambda config: print(f"listening on http://127.0.0.1:{config.port}", flush=True))
app.run()
