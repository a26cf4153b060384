"""Fixtures: the echo, and its two addresses. A test may be a coroutine; each has an event loop of its own."""

import asyncio
import inspect
import subprocess

import aiohttp
import pytest

from harness.engine import Address, binary


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(_with_client(pyfuncitem.obj, arguments))
    return True


async def _with_client(test, arguments):
    # A connection for each request: what waits on one must not hold up another.
    connector = aiohttp.TCPConnector(force_close=True, limit=0)
    async with aiohttp.ClientSession(connector=connector) as http, asyncio.timeout(30):
        for argument in arguments.values():
            if isinstance(argument, Address):
                argument.http = http
        await test(**arguments)


@pytest.fixture(scope="session")
def echo():
    """Where the echo listens."""
    settings = {"ping-interval": 300, "ping-timeout": 200, "connect-timeout": 1000, "max-payload": 1000000}
    command = [binary(), "--listen", "127.0.0.1:0"]
    command += [part for name, value in settings.items() for part in (f"--{name}", str(value))]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.kill()


@pytest.fixture(params=["engine.io", "socket.io"])
def either(request, echo):
    """Both addresses speak Engine.IO."""
    return Address(echo, request.param)


@pytest.fixture
def engine(echo):
    return Address(echo, "engine.io")


@pytest.fixture
def socket(echo):
    return Address(echo, "socket.io")
