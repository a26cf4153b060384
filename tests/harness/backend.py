"""A back end that the server asks. It can go away and come back at the same address."""

from aiohttp import web

from .postgres import free_port


class Backend:
    def __init__(self, answer, pair=None):
        # The function that answers every request.
        self.answer = answer
        # The TLS context, where the back end has a certificate.
        self.context = pair and pair.proving()
        self.runner = None
        self.port = free_port()

    def address(self, path="/"):
        scheme = "https" if self.context else "http"
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    async def start(self):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port, reuse_address=True, ssl_context=self.context).start()
        return self

    async def stop(self):
        if self.runner:
            await self.runner.cleanup()
            self.runner = None

    async def __aenter__(self):
        return await self.start()

    async def __aexit__(self, *_):
        await self.stop()
