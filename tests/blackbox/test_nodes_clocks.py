"""Two nodes, one of which has a clock that is an hour ahead: they go by the database's."""

import datetime
import glob
import os
from dataclasses import replace

import pytest

from harness.dialects import DIALECTS, Roulette, fresh, joined
from harness.fold import MESSAGE, message_of
from harness.inbox import kind
from harness.nodes import CLUSTER_SECRET, SECRET
from harness.people import group, register_many
from harness.roulette import search
from harness.server import Server

pytestmark = pytest.mark.database

FLAGS = {"jwt_secret": SECRET, "cluster_secret": CLUSTER_SECRET, "presence_grace": "1"}


def hurries():
    """In the process of a server, before it begins."""
    (library,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    os.environ.update(LD_PRELOAD=library, FAKETIME="+3600", FAKETIME_DONT_FAKE_MONOTONIC="1")


@pytest.fixture(scope="module")
def nodes(on_postgres, new_database, backplane):
    database = new_database()
    with (
        Server(database, **FLAGS, **backplane) as right,
        Server(database, before=hurries, **FLAGS, **backplane) as ahead,
    ):
        assert "the clock of this machine is ahead of the database's" in ahead.log()
        assert "the clock of this machine is ahead of the database's" not in right.log()
        yield right, ahead


async def test_tokens_and_messages_of_one_are_of_the_same_time_on_the_other(nodes):
    right, ahead = nodes
    people = await register_many(ahead, 1) + await register_many(right, len(DIALECTS))
    chat = await group(*people)
    here, there = (replace(people[0], server=node) for node in nodes)
    readers = [dialect(replace(user, server=ahead), chat) for dialect, user in zip(DIALECTS, people[1:], strict=True)]
    async with joined(*readers):
        for user in (here, there):
            content = fresh()
            said = (await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": content}, expect=200)).data
            at = datetime.datetime.fromisoformat(said["created_at"])
            assert abs(datetime.datetime.now(datetime.UTC) - at) < datetime.timedelta(minutes=30)
            for reader in readers:
                assert message_of(await reader.next(lambda frame: kind(frame) in MESSAGE))[1] == content


async def test_nobody_who_waits_on_one_is_sent_away_by_the_other(nodes):
    right, ahead = nodes
    for here, there in ((right, ahead), (ahead, right)):
        anna, boris = await register_many(here, 2)
        async with joined(Roulette(anna, None)) as (waits,):
            await search(anna)
            found = await search(replace(boris, server=there))
            assert (await waits.next("chatroulette_match"))["chat_id"] == found["chat_id"]
