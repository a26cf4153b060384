// The rooms and threads that were opened; they take in the frames.
import { reactive } from "vue";
import { excerptOf } from "./message.js";
import { DELIVERY, Room } from "./room.js";
import { chat, me } from "./server.js";

const rooms = new Map<string, Room>();

/** Returns a room, or a thread in it. It is kept, so that coming back to it shows the same. */
export function room(id: number, thread: number | null = null): Room {
  const key = `${id}/${thread}`;
  const known = rooms.get(key) ?? (reactive(new Room(id, thread)) as Room);
  rooms.delete(key);
  rooms.set(key, known);
  for (const old of [...rooms.keys()].slice(0, -KEPT)) rooms.delete(old);
  return known;
}

const of = (chat: number) => [...rooms.values()].filter((room) => room.id === chat);

/** Returns the message of a frame, in the room and in its thread. */
const shown = (frame: { chat_id: number; message_id: number }) =>
  of(frame.chat_id).flatMap((room) => room.find(frame.message_id) ?? []);

chat.on("new_message", (frame) => of(frame.chat_id).forEach((room) => room.hear(frame)));
chat.on("message_sent", (frame) => frame.client_id && of(frame.chat_id).forEach((room) => room.arrived(frame.client_id!, frame)));
chat.on("message_updated", (frame) => {
  const { chat_id, message_id, content } = frame;
  for (const message of shown(frame)) Object.assign(message, { content, edited: true });
  for (const room of of(chat_id)) {
    for (const { quote } of room.messages) if (quote?.id === message_id) quote.excerpt = excerptOf(content);
    // The frame does not tell whom it mentions now.
    const known = room.find(message_id);
    if (known && (content.includes("@") || known.mentions.length || known.everybody)) void room.refresh(message_id).catch(() => {});
  }
});
chat.on("message_deleted", (frame) => of(frame.chat_id).forEach((room) => room.forget(frame.message_id)));
for (const type of ["message_liked", "message_unliked"] as const) {
  chat.on(type, (frame) => {
    for (const message of shown(frame)) {
      message.likes = frame.likes_count;
      if (frame.user_id === me.value?.id) message.liked = type === "message_liked";
    }
  });
}
for (const type of ["message_reacted", "message_unreacted"] as const) {
  chat.on(type, (frame) => {
    const { user_id, emoji, count } = frame;
    for (const message of shown(frame)) {
      const known = message.reactions.find((reaction) => reaction.emoji === emoji);
      const mine = user_id === me.value?.id ? type === "message_reacted" : (known?.mine ?? false);
      if (!count) message.reactions = message.reactions.filter((reaction) => reaction !== known);
      else if (known) Object.assign(known, { count, mine });
      else message.reactions.push({ emoji, count, mine });
    }
  });
}
for (const type of ["message_pinned", "message_unpinned"] as const) {
  chat.on(type, (frame) => shown(frame).forEach((message) => (message.pinned = type === "message_pinned")));
}
chat.on("messages_read", (frame) => frame.user_id !== me.value?.id && of(frame.chat_id).forEach((room) => room.reconcile(SOON)));
chat.on("user_status", () => rooms.forEach((room) => room.reconcile(DELIVERY)));
chat.on("resync", (frame) => of(frame.chat_id).forEach((room) => void room.load()));

const KEPT = 12;
const SOON = 150;
