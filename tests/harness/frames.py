"""The frames of each dialect, as their documents and the wire contract show them."""

from . import ids
from .shapes import MICROS, SECONDS, TEXT, Pattern

# A cursor comes with durable frames, for clients that asked for cursors.
CURSOR = TEXT


def name_of(user):
    return {"id": user.id, "name": user.name, "avatar": user.avatar}


def rest_message(message, content, user, at=MICROS):
    """Returns dialect 1's message object."""
    return {"id": message, "content": content, "user": name_of(user), "created_at": at}


def multiplexed_message(message, content, user, kind="text"):
    return {
        "id": message,
        "content": content,
        "sender_id": user.id,
        "created_at": SECONDS,
        "message_type": kind,
    }


def roulette_message(message, content, user, chat, **changed):
    """Returns the payload of document 4's `new_message`, which is also the message object of `/api/v1`."""
    return {
        "id": ids.uuid(ids.MESSAGE, message),
        "chat_id": chat.uuid,
        "user_id": user.uuid,
        "type": "text",
        "content": content,
        "media_url": "",
        "status": "sent",
        "is_edited": False,
        "edited_at": None,
        "read_at": None,
        "read_by": [],
        "likes_count": 0,
        "liked_by": [],
        "liked_at": None,
        "created_at": SECONDS,
        "user": {"id": user.uuid, "username": user.username},
    } | changed


def socketio_message(message, content, user, chat, **changed):
    """Returns the payload of `chat:message:new`, which is also the message object of `/api/v2`."""
    return {
        "id": ids.uuid(ids.MESSAGE, message),
        "chat_id": chat.uuid,
        "sender_id": user.uuid,
        "sender_name": user.name,
        "sender_avatar": user.avatar,
        "type": "text",
        "content": content,
        "metadata": {},
        "created_at": SECONDS,
        "status": "sent",
    } | changed


class Heard:
    """What somebody in the room hears in each dialect: a method for each event, its parts for each dialect number.

    `to_author` says that the hearing socket belongs to the message's author, which dialect 4 shows.
    """

    def __init__(self, chat):
        self.chat = chat

    def message(self, number, message, content, sender, *, to_author=False):
        match number:
            case 1:
                return {"type": "message", "data": rest_message(message, content, sender)}
            case 2:
                return self._second("new_message", message=multiplexed_message(message, content, sender))
            case 3:
                return {
                    "type": "chat_message",
                    "message_id": message,
                    "message": content,
                    "user_id": sender.id,
                    "username": sender.username,
                    "timestamp": SECONDS,
                    "is_read": False,
                }
            case 4:
                status = "sent" if to_author else "delivered"
                return self._fourth(
                    "new_message", **roulette_message(message, content, sender, self.chat, status=status)
                )
            case 5:
                return {"event": "chat:message:new", "data": socketio_message(message, content, sender, self.chat)}

    def edited(self, number, message, content, sender):
        match number:
            case 1:
                data = rest_message(message, content, sender) | {"edited_at": MICROS}
                return {"type": "message_updated", "data": data}
            case 2:
                return self._second("message_updated", message_id=message, content=content)
            case 3:
                return {
                    "type": "message_edited",
                    "message_id": message,
                    "message": content,
                    "user_id": sender.id,
                    "username": sender.username,
                    "timestamp": SECONDS,
                }
            case 4:
                return self._fourth(
                    "message_edited",
                    id=ids.uuid(ids.MESSAGE, message),
                    content=content,
                    status="edited",
                    is_edited=True,
                    edited_at=SECONDS,
                )
            case 5:
                return self._fifth("message:edited", message, content=content, edited_at=SECONDS)

    def deleted(self, number, message, actor):
        match number:
            case 1:
                return {"type": "message_deleted", "data": {"id": message}}
            case 2:
                return self._second("message_deleted", message_id=message)
            case 3:
                return {"type": "message_deleted", "message_id": message, "user_id": actor.id}
            case 4:
                return self._fourth("message_deleted", message_id=ids.uuid(ids.MESSAGE, message))
            case 5:
                return self._fifth("message:deleted", message, deleted_at=SECONDS)

    def liked(self, number, message, actor, likers, *, verb="liked", liked_at=SECONDS):
        """`likers` are those whose like stands afterwards, in order of time."""
        count = len(likers)
        match number:
            case 1:
                data = {"id": message, "user_id": actor.id, "likes_count": count}
                return {"type": f"message_{verb}", "data": data}
            case 2:
                return self._second(f"message_{verb}", message_id=message, user_id=actor.id, likes_count=count)
            case 3:
                return {
                    "type": f"message_{verb}",
                    "message_id": message,
                    "user_id": actor.id,
                    "username": actor.username,
                    "likes_count": count,
                }
            case 4:
                return self._fourth(
                    f"message_{verb}",
                    message_id=ids.uuid(ids.MESSAGE, message),
                    likes_count=count,
                    liked_by=[user.uuid for user in likers],
                    liked_at=liked_at,
                )
            case 5:
                return self._fifth(
                    f"message:{verb}", message, user_id=actor.uuid, user_name=actor.name, likes_count=count
                )

    def unliked(self, number, message, actor, likers):
        return self.liked(number, message, actor, likers, verb="unliked", liked_at=SECONDS if likers else None)

    def read(self, number, message, reader, *, read_by=None):
        """One message became read. Dialect 5 tells only its author."""
        match number:
            case 1:
                data = {"user_id": reader.id, "last_message_id": message, "read_at": MICROS}
                return {"type": "messages_read", "data": data}
            case 2:
                return self._second("messages_read", user_id=reader.id)
            case 3:
                return {
                    "type": "messages_read",
                    "room_id": self.chat.id,
                    "user_id": reader.id,
                    "username": reader.username,
                    "timestamp": SECONDS,
                }
            case 4:
                return self._fourth(
                    "message_status_update",
                    message_id=ids.uuid(ids.MESSAGE, message),
                    status="read",
                    read_by=[user.uuid for user in read_by or [reader]],
                    read_at=SECONDS,
                )
            case 5:
                return self._fifth("message:read", message, read_by=reader.uuid, read_at=SECONDS)

    def typing(self, number, user, is_typing):
        match number:
            case 1:
                return {"type": "typing", "data": {"user_id": user.id, "name": user.name, "is_typing": is_typing}}
            case 2:
                return self._second("typing", user_id=user.id, is_typing=is_typing)
            case 3:
                return {
                    "type": "typing_indicator",
                    "user_id": user.id,
                    "username": user.username,
                    "is_typing": is_typing,
                }
            case 4:
                return self._fourth("typing", user_id=user.uuid, username=user.username, is_typing=is_typing)
            case 5:
                data = {"user_id": user.uuid, "user_name": user.name, "is_typing": is_typing}
                return {"event": "chat:typing", "data": {"chat_id": self.chat.uuid} | data}

    def presence(self, number, user, online):
        """Dialect 1 has none."""
        match number:
            case 2 if online:
                return {"type": "user_status", "user_id": user.id, "status": "online", "timestamp": SECONDS}
            case 2:
                return {"type": "user_offline", "user_id": user.id, "timestamp": SECONDS}
            case 3:
                return {
                    "type": "user_status",
                    "user_id": user.id,
                    "username": user.username,
                    "is_online": online,
                    "message": f"{user.username} {'в сети' if online else 'не в сети'}",
                }
            case 4:
                return self._fourth(
                    "user_status", user_id=user.uuid, username=user.username, is_online=online, last_seen=SECONDS
                )
            case 5:
                data = {"user_id": user.uuid, "online": online, "last_seen": SECONDS}
                return {"event": "user:online" if online else "user:offline", "data": data}

    def member(self, number, user, verb):
        """`verb` is added or removed."""
        match number:
            case 1:
                return {"type": f"member_{verb}", "data": {"user": name_of(user)}}
            case 2:
                return self._second(f"member_{verb}", user_id=user.id)
            case 3:
                return {"type": f"member_{verb}", "user_id": user.id, "username": user.username}
            case 4:
                return self._fourth(f"member_{verb}", user={"id": user.uuid, "username": user.username})
            case 5:
                data = {"chat_id": self.chat.uuid, "user_id": user.uuid, "user_name": user.name}
                return {"event": f"chat:member:{verb}", "data": data}

    def _second(self, kind, **fields):
        return {"type": kind, "chat_id": self.chat.id} | fields | {"timestamp": SECONDS}

    def _fourth(self, kind, **payload):
        return {"type": kind, "chat_id": self.chat.uuid, "payload": payload}

    def _fifth(self, name, message, **data):
        fields = {"chat_id": self.chat.uuid, "message_id": ids.uuid(ids.MESSAGE, message)}
        return {"event": f"chat:{name}", "data": fields | data}


def with_cursor(number, frame, cursor=CURSOR):
    """Returns the frame as clients hear it that asked for a cursor."""
    if number == 5:
        return frame | {"data": frame["data"] | {"cursor": cursor}}
    return frame | {"cursor": cursor}


def error(number, code, **more):
    """Returns an error in the dialect's shape. Its text is for people and not compared."""
    match number:
        case 1:
            return {"status": "error", "code": code, "message": TEXT} | more
        case 2:
            return {"type": "error", "code": code, "message": TEXT, "timestamp": SECONDS} | more
        case 3:
            return {"type": "error", "code": code, "message": TEXT} | more
        case 4:
            payload = {"code": code, "message": TEXT} | {key: more[key] for key in more if key != "chat_id"}
            return {"type": "error", "chat_id": more.get("chat_id"), "payload": payload}
        case 5:
            return {"code": code, "message": TEXT, "timestamp": SECONDS} | more


__all__ = ["CURSOR", "Heard", "Pattern", "error", "with_cursor"]
