"""Fixtures. A test may be a coroutine; each runs in an event loop of its own and is stopped when it hangs."""

import asyncio
import inspect
import os

import pytest

from harness import http, postgres
from harness.cast import BACK_END_KEY, Cast
from harness.nodes import Nodes
from harness.redis import Redis
from harness.server import Server
from harness.transcript import Evening
from harness.tree import Tree

HANGS_AFTER = int(os.environ.get("CHAT_HANGS_AFTER", "600"))


def pytest_addoption(parser):
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.addoption(
        "--backplane", choices=["postgres", "redis"], default="postgres", help="how nodes hear of each other"
    )
    parser.addoption("--nodes", type=int, default=1, help="how many nodes answer together; needs --database postgres")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(_in_time(pyfuncitem.obj(**arguments)))
    return True


async def _in_time(test):
    try:
        await asyncio.wait_for(test, HANGS_AFTER)
    finally:
        await http.close()


@pytest.fixture(scope="session")
def new_database(request):
    """Gives the address of an empty database; None means a fresh SQLite file."""
    if request.config.getoption("--database") == "sqlite":
        yield lambda: None
        return
    with postgres.Cluster() as cluster:
        yield cluster.database


@pytest.fixture(scope="session")
def on_postgres(request):
    """Skips what needs a Postgres, which nodes share, where none was asked for."""
    if request.config.getoption("--database") != "postgres":
        pytest.skip("it needs a Postgres")


@pytest.fixture(scope="session")
def backplane(request):
    """The flags of nodes: how they hear of each other."""
    if request.config.getoption("--backplane") == "postgres":
        yield {}
        return
    with Redis() as redis:
        yield {"backplane": redis.url}


@pytest.fixture(scope="module", params=["postgres", "redis"])
def over(request, on_postgres):
    """The same, over each of the ways."""
    if request.param == "postgres":
        yield {}
        return
    with Redis() as redis:
        yield {"backplane": redis.url}


@pytest.fixture(scope="session")
def serving(request, backplane):
    """Makes a server, or several nodes that look like one."""
    count = request.config.getoption("--nodes")
    return Server if count == 1 else lambda database, **flags: Nodes(database, count, **backplane, **flags)


@pytest.fixture(scope="module")
def server(request, new_database, serving):
    """One server for the tests of a file; `FLAGS` in the file are its flags."""
    with serving(new_database(), **getattr(request.module, "FLAGS", {})) as running:
        yield running


@pytest.fixture
def new_server(new_database, serving):
    """Starts servers that end with the test."""
    started = []

    def start(**flags):
        started.append(serving(new_database(), **flags).start())
        return started[-1]

    yield start
    for running in started:
        running.__exit__()


@pytest.fixture
def play(new_server):
    """An evening on a server of its own, and who is there."""

    async def begin(name, **flags):
        flags = {"api_key": BACK_END_KEY, "presence_grace": "1h"} | flags
        evening = Evening(new_server(**flags), name)
        return evening, await Cast(evening).come()

    return begin


@pytest.fixture(params=["/api", "/api/v1", "/api/v2"])
def tree(request):
    return Tree(request.param)
