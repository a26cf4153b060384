// The pinned messages of the open chat.
import { onScopeDispose, ref } from "vue";
import { roomUuid } from "./ids.js";
import { read, type Message, type Page } from "./message.js";
import { chat, request } from "./server.js";

/** Returns the pins of a chat, newest first, for the life of the component. */
export function usePins(id: number) {
  const pins = ref<Message[]>([]);
  const load = async () => {
    const { data } = await request<Page>("GET", `/api/v1/chats/${roomUuid(id)}/pins`);
    pins.value = data.map(read);
  };
  const look = () => void load().catch(() => {});
  const here = (frame: { chat_id: number }) => frame.chat_id === id && look();
  const about = (frame: { chat_id: number; message_id: number }) =>
    pins.value.some((pin) => pin.id === frame.message_id) && here(frame);
  const ends = [
    chat.on("message_pinned", here),
    chat.on("message_unpinned", here),
    chat.on("message_updated", about),
    chat.on("message_deleted", about),
    chat.on("resync", here),
  ];
  onScopeDispose(() => ends.forEach((end) => end()));
  look();
  return pins;
}
