"""Clients that ask for what is beyond the documents, and what the tests of it have in common."""

from harness.dialects import Multiplexed, Rest, Room, Roulette, SocketIo

# The frame by which each dialect tells a message.
SENT = {
    Rest: "message",
    Multiplexed: "new_message",
    Room: "chat_message",
    Roulette: "new_message",
    SocketIo: "chat:message:new",
}


def asking(client, features):
    client.features = features
    return client


async def say(user, chat, content, **more):
    """Sends over HTTP; the message as its sender is answered."""
    return (await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": content, **more}, expect=200)).data
