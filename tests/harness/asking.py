"""Clients that ask for features beyond the documents, and helpers that their tests share."""

from harness.dialects import Multiplexed, Rest, Room, Roulette, SocketIo

# The kind of the frame that tells of a message, by dialect.
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
    """Sends a message over HTTP; returns the message in the answer."""
    return (await user.call("POST", f"/api/chats/{chat.id}/messages", {"content": content, **more}, expect=200)).data
