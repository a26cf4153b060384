"""Every event, made in each dialect and seen in each, with exactly the keys of the documents and the contract."""

import contextlib

import pytest

from harness.dialects import DIALECTS, Bare, Room, Roulette
from harness.fold import message_of
from harness.frames import Heard, rest_message, with_cursor
from harness.inbox import kind
from harness.people import group, register, register_many
from harness.shapes import same

FLAGS = {"presence_grace": "1"}
PREFIX = {1: "/api", 2: "/api", 3: "/api", 4: "/api/v1", 5: "/api/v2"}
# What follows other events by itself, at a time of its own; its tests are elsewhere.
ASIDE = {"cursor", "chat:updated", "chat_updated", "chat:message:delivered"}


class Hall:
    """A room with a viewer in each dialect, and an actor who joins it in one."""

    def __init__(self, actor, viewers, silent, chat):
        self.actor, self.viewers, self.silent, self.chat = actor, viewers, silent, chat
        self.heard = Heard(chat)
        self.messages = []

    @property
    def everybody(self):
        return [*self.viewers, self.actor]

    async def expect(self, shape, *, durable=True, to=None):
        """Each of `to` hears exactly this next; `shape(number, client)` is its frame."""
        for client in self.everybody if to is None else to:
            wanted = shape(client.number, client)
            if wanted is None:
                continue
            # When it is said that a message was delivered is nobody's promise.
            sort = kind(wanted)
            frames = await client.until(lambda frame, sort=sort: kind(frame) == sort and not is_aside(frame))
            own = self.heard.presence(client.number, client.user, True)
            frames = [frame for frame in frames if not is_aside(frame) and frame != own]
            # An ACK and the maker's own answers are not what is looked at here.
            frames = [frame for frame in frames if kind(frame) not in ("message_sent", "messages_marked_read")]
            if durable and (client.number == 1 or client.opted):
                wanted = with_cursor(client.number, wanted)
            elif not durable:
                frames = [without_cursor(frame) for frame in frames]
            same(frames, [wanted], f"{type(client).__name__} hears")


def is_aside(frame):
    delivered = kind(frame) == "message_status_update" and frame["payload"]["status"] == "delivered"
    return kind(frame) in ASIDE or delivered


def without_cursor(frame):
    frame = {key: value for key, value in frame.items() if key != "cursor"}
    return frame | {"data": without_cursor(frame["data"])} if "event" in frame else frame


@contextlib.asynccontextmanager
async def hall(server, maker, cursor):
    people = await register_many(server, 7)
    chat = await group(*people)
    async with contextlib.AsyncExitStack() as stack:
        viewers = [dialect(user, chat) for dialect, user in zip(DIALECTS, people[1:6], strict=True)]
        silent = await stack.enter_async_context(Bare(people[6], chat))
        await silent.join()
        for viewer in viewers:
            viewer.opted = cursor is not None
            await viewer.join(cursor=cursor)
            await stack.enter_async_context(viewer)
        actor = maker(people[0], chat)
        actor.opted = False
        here = Hall(actor, viewers, silent, chat)
        await meet(here, people[1:])
        await actor.join()
        await stack.enter_async_context(actor)
        await meet(here, people[1:], [actor])
        yield here


async def meet(here, people, viewers=None):
    """Waits until everybody has heard that all the others are online."""
    for viewer in here.viewers if viewers is None else viewers:
        if viewer.number == 1:
            continue
        missing = {user.username: here.heard.presence(viewer.number, user, True) for user in people}
        missing.pop(viewer.user.username, None)
        while missing:
            frame = await viewer.next(lambda frame: frame in missing.values())
            missing = {name: wanted for name, wanted in missing.items() if wanted != frame}


@pytest.mark.parametrize("cursor", [None, ""], ids=["plain", "cursor"])
@pytest.mark.parametrize("maker", DIALECTS)
async def test_every_event(server, maker, cursor):
    async with hall(server, maker, cursor) as here:
        actor, user, heard = here.actor, here.actor.user, here.heard
        await here.expect(lambda n, _: heard.presence(n, user, True), durable=False, to=here.viewers)

        first = await message(here, 'Привет, \u2028 <b>&"')
        await edit(here, first)
        await like(here, first)
        await here.actor.delete(first)
        await here.expect(lambda n, _: heard.deleted(n, first, user))
        await read(here)
        await typing(here)
        await members(here, server)

        await actor.close()
        await here.expect(lambda n, _: heard.presence(n, user, False), durable=False, to=here.viewers)
        same(here.silent.inbox.heard, here.messages, "a bare socket hears messages alone")


async def message(here, content):
    sent = await here.actor.message(content)
    # The maker's own echo comes after its answer, which `message` took.
    await here.expect(
        lambda n, client: here.heard.message(n, sent, content, here.actor.user, to_author=client is here.actor)
    )
    here.messages.append(rest_message(sent, content, here.actor.user))
    return sent


async def edit(here, message):
    await here.actor.edit(message, "changed")
    await here.expect(lambda n, _: here.heard.edited(n, message, "changed", here.actor.user))


async def like(here, message):
    user, heard = here.actor.user, here.heard
    await here.actor.like(message)
    await here.expect(lambda n, _: heard.liked(n, message, user, [user]))
    other = here.viewers[1]
    await other.like(message)
    await here.expect(lambda n, _: heard.liked(n, message, other.user, [user, other.user]))
    await here.actor.unlike(message)
    await here.expect(lambda n, _: heard.unliked(n, message, user, [other.user]))
    await other.unlike(message)
    await here.expect(lambda n, _: heard.unliked(n, message, other.user, []))


async def read(here):
    """Dialect 5 tells a message's author, so that viewer is the author."""
    heard, author = here.heard, here.viewers[4]
    sent = await author.message("read me")
    here.messages.append(rest_message(sent, "read me", author.user))
    await here.expect(lambda n, client: heard.message(n, sent, "read me", author.user, to_author=client is author))
    await here.actor.read(sent)
    # The reader hears it too, except in dialects 3 (which has a frame of its own for it) and 5 (the author alone).
    hearing = here.everybody if here.actor.number in (1, 2, 4) else here.viewers
    await here.expect(lambda n, _: heard.read(n, sent, here.actor.user), durable=False, to=hearing)
    if here.actor.number == 3:
        marked = [frame for frame in await here.actor.until("messages_marked_read")][-1]
        same(marked, {"type": "messages_marked_read", "room_id": here.chat.id})


async def typing(here):
    for is_typing in (True, False):
        await here.actor.typing(is_typing)
        await here.expect(
            lambda n, _: here.heard.typing(n, here.actor.user, is_typing),
            durable=False,
            to=here.viewers,  # noqa: B023
        )


async def members(here, server):
    newcomer = await register(server, "newcomer")
    prefix = PREFIX[here.actor.number]
    whole = prefix == "/api"
    chat, person = (here.chat.id, newcomer.id) if whole else (here.chat.uuid, newcomer.uuid)
    path = f"{prefix}/chats/{chat}/members"
    await here.actor.user.call("POST", path, {"user_id": person}, expect=201)
    await here.expect(lambda n, _: here.heard.member(n, newcomer, "added"))
    await here.actor.user.call("DELETE", f"{path}/{person}", expect=200 if whole else 204)
    await here.expect(lambda n, _: here.heard.member(n, newcomer, "removed"))


async def test_in_dialects_3_and_4_the_answer_comes_before_the_echo(server):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    async with Room(anna, chat) as room, Roulette(anna, chat) as roulette:
        await room.join()
        await roulette.join()
        for client, echo in [(room, "chat_message"), (roulette, "new_message")]:
            content = f"echo of {echo}"
            message = await client.message(content, client_id=f"both-{client.number}")
            kinds = [kind(frame) for frame in client.inbox.heard]
            answer = client.inbox.heard[len(kinds) - 1 - kinds[::-1].index("message_sent")]
            assert answer.get("client_id", answer.get("payload", {}).get("client_id")) == f"both-{client.number}"
            # `message` has moved behind the answer: the echo is still to come.
            frame = await client.next(lambda frame: kind(frame) == echo and message_of(frame) == (message, content))  # noqa: B023
            assert client.inbox.heard.index(answer) < client.inbox.heard.index(frame)
