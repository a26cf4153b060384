"""The trees of `/api`, `/api/v1` and `/api/v2`: every route, with exactly its keys."""

import asyncio

from harness import ids
from harness.dialects import Multiplexed, joined
from harness.people import group, register, register_many
from harness.shapes import SECONDS, same
from harness.tree import STATUS, by_id, sent


async def test_chats(server, tree):
    anna, boris, clara = await register_many(server, 3)
    body = {"type": "group", "title": "Пятница", "member_ids": [tree.user(boris)]}
    made = await anna.call("POST", f"{tree.prefix}/chats", body, expect=201)
    chat = type("Chat", (), {"id": number(tree, made.data["id"]), "members": [anna, boris]})()
    shape = tree.chat_object(chat, title="Пятница")
    same(made.body, tree.wrapped(shape))
    one = await boris.call("GET", tree.path(chat), expect=200)
    same(one.body, tree.wrapped(shape))

    renamed = await anna.call("PATCH", tree.path(chat), {"title": "Суббота"}, expect=200)
    same(renamed.body, tree.wrapped(shape | {"title": "Суббота"}))
    await boris.call("PATCH", tree.path(chat), {"title": "Mine"}, expect=403)

    everything = await boris.call("GET", f"{tree.prefix}/chats", expect=200)
    same(everything.body, tree.wrapped([shape | {"title": "Суббота"}], next_before=None))
    assert (await clara.call("GET", f"{tree.prefix}/chats", expect=200)).data == []


def number(tree, spelt):
    return spelt if tree.whole else ids.number(spelt, ids.CHAT)


async def test_a_direct_chat_exists_once(server, tree):
    anna, boris = await register_many(server, 2)
    by_id = {"type": "direct", "user_id": tree.user(boris)}
    made = await anna.call("POST", f"{tree.prefix}/chats", by_id, expect=201)
    assert (made.data["type"], made.data["title"], made.data["last_message"]) == ("direct", None, None)
    assert {member["role"] for member in made.data["members"]} == {"member"}
    by_name = {"type": "direct", "username": anna.username}
    again = await boris.call("POST", f"{tree.prefix}/chats", by_name, expect=200)
    assert again.data["id"] == made.data["id"]
    myself = {"type": "direct", "user_id": tree.user(anna)}
    refused = await anna.call("POST", f"{tree.prefix}/chats", myself, expect=422)
    same(refused.body, tree.error("INVALID_DATA"))
    nobody = {"type": "direct", "username": "nobody.at.all"}
    refused = await anna.call("POST", f"{tree.prefix}/chats", nobody, expect=404)
    same(refused.body, tree.error("USER_NOT_FOUND"))


async def test_two_make_a_direct_chat_at_once(server):
    anna, boris = await register_many(server, 2)
    answers = await asyncio.gather(
        *(
            one.call("POST", "/api/chats", {"type": "direct", "user_id": other.id})
            for one, other in [(anna, boris), (boris, anna)] * 4
        )
    )
    assert len({answer.data["id"] for answer in answers}) == 1
    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]


async def test_messages(server, tree):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    first, answer = await sent(anna, tree, chat, "Первое")
    same(answer.body, tree.wrapped(tree.message(first, "Первое", anna, chat)))
    second, _ = await sent(boris, tree, chat, "Второе")

    page = await anna.call("GET", tree.path(chat, "/messages"), expect=200)
    assert set(page.body) == set(tree.wrapped(None, cursor="", next_before=None))
    wanted = [
        tree.message(first, "Первое", anna, chat, status=STATUS),
        tree.message(second, "Второе", boris, chat, status=STATUS),
    ]
    same(page.data, wanted)

    path = tree.path(chat, f"/messages/{tree.id(ids.MESSAGE, first)}")
    edited = await anna.call("PATCH", path, {"content": "Первое!"}, expect=200)
    changed = {"is_edited": True, "edited_at": SECONDS} if tree.prefix == "/api/v1" else {}
    same(edited.body, tree.wrapped(tree.message(first, "Первое!", anna, chat, status=STATUS, **changed)))
    await anna.call("PATCH", path, {"content": "Первое!"}, expect=200)
    same((await boris.call("PATCH", path, {"content": "Mine"}, expect=403)).body, tree.error("FORBIDDEN"))

    await boris.call("DELETE", path, expect=403)
    gone = await anna.call("DELETE", path, expect=tree.deleted)
    assert gone.body == tree.gone()
    same((await anna.call("DELETE", path, expect=404)).body, tree.error("MESSAGE_NOT_FOUND"))
    same((await anna.call("PATCH", path, {"content": "x"}, expect=404)).body, tree.error("MESSAGE_NOT_FOUND"))
    left = await anna.call("GET", tree.path(chat, "/messages"), expect=200)
    assert [message["id"] for message in left.data] == [tree.id(ids.MESSAGE, second)]
    # A room's owner may delete what others wrote.
    path = tree.path(chat, f"/messages/{tree.id(ids.MESSAGE, second)}")
    await anna.call("DELETE", path, expect=tree.deleted)


async def test_pages_both_ways(server, tree):
    anna = await register(server)
    chat = await group(anna)
    async with joined(Multiplexed(anna, chat)) as (writer,):
        all_of_them = [tree.id(ids.MESSAGE, await writer.message(f"{n}")) for n in range(120)]

    async def page(query):
        answer = await anna.call("GET", tree.path(chat, f"/messages{query}"), expect=200)
        return [message["id"] for message in answer.data], answer.body

    assert (await page(""))[0] == all_of_them[-50:]
    assert (await page("?limit=7"))[0] == all_of_them[-7:]
    assert (await page("?limit=100"))[0] == all_of_them[-100:]
    before, body = await page(f"?limit=10&before_id={all_of_them[20]}")
    assert before == all_of_them[10:20]
    assert body["next_before"] == all_of_them[10]
    after, _ = await page(f"?limit=10&after_id={all_of_them[20]}")
    assert after == all_of_them[21:31]
    if tree.whole:
        assert (await page("?limit=10&after_id=0"))[0] == all_of_them[:10]
    oldest, body = await page(f"?limit=100&before_id={all_of_them[30]}")
    assert oldest == all_of_them[:30]
    assert body["next_before"] is None


async def test_likes(server, tree):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    message, _ = await sent(anna, tree, chat, "like me")
    path = tree.path(chat, f"/messages/{tree.id(ids.MESSAGE, message)}/like")
    for user, method, likers in [
        (boris, "PUT", [boris]),
        (boris, "PUT", [boris]),
        (anna, "PUT", [boris, anna]),
        (boris, "DELETE", [anna]),
        (boris, "DELETE", [anna]),
    ]:
        answer = await user.call(method, path, expect=200)
        shown = [tree.user(liker) for liker in likers]
        same(answer.body, tree.wrapped({"likes_count": len(likers), "liked_by": shown}))
    path = tree.path(chat, f"/messages/{tree.id(ids.MESSAGE, message + 10**6)}/like")
    same((await boris.call("PUT", path, expect=404)).body, tree.error("MESSAGE_NOT_FOUND"))


async def test_read_and_unread(server, tree):
    anna, boris = await register_many(server, 2)
    chat = await group(anna, boris)
    messages = [(await sent(anna, tree, chat, f"{n}"))[0] for n in range(5)]

    async def unread():
        return (await boris.call("GET", tree.path(chat), expect=200)).data["unread_count"]

    assert await unread() == 5
    third = tree.id(ids.MESSAGE, messages[2])
    answer = await boris.call("POST", tree.path(chat, "/read"), {"message_id": third}, expect=200)
    same(answer.body, tree.wrapped({"last_message_id": third, "unread_count": 2}))
    # It only moves forward.
    first = {"message_id": tree.id(ids.MESSAGE, messages[0])}
    answer = await boris.call("POST", tree.path(chat, "/read"), first, expect=200)
    same(answer.body, tree.wrapped({"last_message_id": third, "unread_count": 2}))
    last = tree.id(ids.MESSAGE, messages[4])
    answer = await boris.call("POST", tree.path(chat, "/read"), expect=200)
    same(answer.body, tree.wrapped({"last_message_id": last, "unread_count": 0}))
    assert await unread() == 0
    if tree.prefix == "/api/v1":
        page = await anna.call("GET", tree.path(chat, "/messages"), expect=200)
        assert [(message["status"], message["read_by"]) for message in page.data] == [("read", [boris.uuid])] * 5
        assert all(message["read_at"] == SECONDS for message in page.data)


async def test_typing(server, tree):
    anna = await register(server)
    chat = await group(anna)
    path = tree.path(chat, "/typing")
    answer = await anna.call("POST", path, {"is_typing": True}, expect=200 if tree.whole else 204)
    assert answer.body == tree.gone()
    same((await anna.call("POST", path, {"is_typing": "yes"}, expect=422)).body, tree.error("INVALID_DATA"))


async def test_members(server, tree):
    anna, boris, clara, david = await register_many(server, 4)
    chat = await group(anna, boris)
    path = tree.path(chat, "/members")
    added = await anna.call("POST", path, {"user_id": tree.user(clara)}, expect=201)
    same(added.body, tree.wrapped(tree.member(clara)))
    added = await anna.call("POST", path, {"user_id": tree.user(clara)}, expect=200)
    same(added.body, tree.wrapped(tree.member(clara)))
    await anna.call("POST", path, {"username": david.username}, expect=201)
    same((await boris.call("POST", path, {"user_id": tree.user(clara)}, expect=403)).body, tree.error("FORBIDDEN"))
    listed = await boris.call("GET", path, expect=200)
    wanted = [tree.member(anna, "owner"), *(tree.member(user) for user in (boris, clara, david))]
    same(by_id(listed.data), by_id(wanted))
    same(listed.body, tree.wrapped(listed.data, next_before=None))

    answer = await anna.call("DELETE", f"{path}/{tree.user(clara)}", expect=tree.deleted)
    assert answer.body == tree.gone()
    same((await anna.call("DELETE", f"{path}/{tree.user(clara)}", expect=404)).body, tree.error("USER_NOT_FOUND"))
    same((await clara.call("GET", tree.path(chat), expect=403)).body, tree.error("FORBIDDEN"))
    await boris.call("DELETE", f"{path}/{tree.user(david)}", expect=403)
    # When the owner leaves, the longest member owns.
    await anna.call("DELETE", f"{path}/{tree.user(anna)}", expect=tree.deleted)
    left = await boris.call("GET", path, expect=200)
    assert {member["username"]: member["role"] for member in left.data} == {
        boris.username: "owner",
        david.username: "member",
    }


async def test_members_of_a_direct_chat_stay(server, tree):
    anna, boris, clara = await register_many(server, 3)
    by_id = {"type": "direct", "user_id": tree.user(boris)}
    chat = (await anna.call("POST", f"{tree.prefix}/chats", by_id, expect=201)).data["id"]
    path = f"{tree.prefix}/chats/{chat}/members"
    await anna.call("POST", path, {"user_id": tree.user(clara)}, expect=403)
    await anna.call("DELETE", f"{path}/{tree.user(boris)}", expect=403)


async def test_users(server, tree):
    anna = await register(server, "findme")
    found = await anna.call("GET", f"{tree.prefix}/users?query={anna.username.upper()}", expect=200)
    faces = {"uuid": anna.uuid} if tree.whole else {"int_id": anna.id}
    shape = {"id": tree.user(anna), "username": anna.username, "name": anna.name, "avatar": ""}
    assert [user["id"] for user in found.data] == [tree.user(anna)]
    assert set(found.data[0]) in (set(shape), set(shape | faces))
    assert {key: found.data[0][key] for key in shape} == shape


async def test_the_chat_list(server, tree):
    anna, boris = await register_many(server, 2)
    chats = [await group(anna, boris, title=f"Chat {n}") for n in range(3)]
    message, _ = await sent(boris, tree, chats[0], "newest")
    listed = await anna.call("GET", f"{tree.prefix}/chats", expect=200)
    # The chat with the newest message comes first, then the newest chats.
    assert listed.data[0]["id"] == tree.chat(chats[0])
    assert len(listed.data) == 3
    same(
        listed.data[0],
        tree.chat_object(
            chats[0],
            title="Chat 0",
            unread=1,
            last=tree.message(message, "newest", boris, chats[0], status=STATUS),
        ),
    )
    seen, query = [], "?limit=2"
    while True:
        page = await anna.call("GET", f"{tree.prefix}/chats{query}", expect=200)
        seen += [chat["id"] for chat in page.data]
        if page.body["next_before"] is None:
            break
        query = f"?limit=2&before_id={page.body['next_before']}"
    assert sorted(seen) == sorted(tree.chat(chat) for chat in chats)


async def test_a_big_chat_names_twenty_members_in_a_list(server):
    people = await register_many(server, 23)
    chat = await group(*people)
    listed = (await people[0].call("GET", "/api/chats", expect=200)).data[0]
    assert (len(listed["members"]), listed["members_count"]) == (20, 23)
    got, query = [], "?limit=10"
    while True:
        page = await people[0].call("GET", f"/api/chats/{chat.id}/members{query}", expect=200)
        got += [member["id"] for member in page.data]
        if page.body["next_before"] is None:
            break
        query = f"?limit=10&before_id={page.body['next_before']}"
    assert sorted(got) == sorted(user.id for user in people)
