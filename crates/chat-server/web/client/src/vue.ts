import { onScopeDispose, readonly, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from "vue";
import { Chat, type ChatOptions } from "./chat.js";
import type { State } from "./connection.js";

let shared: Chat | null = null;

/** Sets the chat that the composables use. Call it once, before the first component. */
export function provideChat(given: Chat | ChatOptions): Chat {
  shared = given instanceof Chat ? given : new Chat(given);
  return shared;
}

/** The connection: `websocket` with `on`, `send` and `isConnected`, and its state as refs. */
export function useWebSocket() {
  const chat = theChat();
  const isConnected = ref(chat.isConnected());
  const state = shallowRef<State>(chat.state);
  untilDisposed(
    chat.on("state", (next) => {
      state.value = next;
      isConnected.value = next.is === "open";
    }),
  );
  chat.connect();
  return { websocket, isConnected: readonly(isConnected), state: state as Readonly<Ref<State>> };
}

/** One chat of document 2: who is typing in it, and functions for typing and reading. */
export function useChatWebSocket(chatId: MaybeRefOrGetter<number>) {
  const chat = theChat();
  const { isConnected, state } = useWebSocket();
  const typingUsers = ref(new Set<number>());
  let newest = 0;
  watch(
    () => toValue(chatId),
    (id, before) => {
      if (before !== undefined) chat.leave(before);
      typingUsers.value = new Set();
      newest = 0;
      chat.join(id);
    },
    { immediate: true },
  );
  const here = (frame: { chat_id: number }) => frame.chat_id === toValue(chatId);
  untilDisposed(
    chat.on("typing", (frame) => {
      if (!here(frame)) return;
      const typing = new Set(typingUsers.value);
      if (frame.is_typing) typing.add(frame.user_id);
      else typing.delete(frame.user_id);
      typingUsers.value = typing;
    }),
    chat.on("new_message", (frame) => {
      if (here(frame)) newest = Math.max(newest, frame.message.id);
    }),
    chat.on("state", (next) => {
      if (next.is !== "open") typingUsers.value = new Set();
    }),
    () => chat.leave(toValue(chatId)),
  );
  return {
    isConnected,
    state,
    typingUsers,
    sendTyping: (isTyping: boolean) => chat.typing(toValue(chatId), isTyping),
    markAsRead: () => (newest ? chat.read(toValue(chatId), newest) : chat.say({ type: "read_messages", chat_id: toValue(chatId) })),
    sendMessage: (content: string) => chat.send(toValue(chatId), content),
  };
}

/** What document 2 imports. `websocket.on('new_message', …)` returns the function that unsubscribes. */
export const websocket = {
  on: ((type, handler) => theChat().on(type, handler)) as Chat["on"],
  send: ((command) => theChat().say(command)) as Chat["say"],
  isConnected: () => theChat().isConnected(),
  connect: () => theChat().connect(),
  disconnect: () => theChat().disconnect(),
};
export default websocket;

function theChat(): Chat {
  if (!shared) throw new Error("call provideChat({ url, … }) before the first component");
  return shared;
}

function untilDisposed(...ends: (() => void)[]): void {
  onScopeDispose(() => ends.forEach((end) => end()));
}
