// The roulette: the matches, and whether the user is searching.
import { computed, reactive } from "vue";
import { Roulette, type Match } from "chat-client";
import { forget, loadChat } from "./chats.js";
import { idOf } from "./ids.js";
import { chat } from "./server.js";

export const roulette = reactive<{ is: "idle" | "searching" | "matched" | "left"; chatId: number; name: string }>({ is: "idle", chatId: 0, name: "" });
export const looking = computed(() => roulette.is === "searching");

const strangers = new Roulette(chat.session);
strangers.on("match", (met) => void match(met));
strangers.on("left", () => roulette.is === "matched" && (roulette.is = "left"));

/** Attends while the roulette or one of its chats is open. */
export const attend = () => strangers.attend();

async function match({ chat_id, user }: Match): Promise<void> {
  const id = idOf(chat_id);
  if (!id || (roulette.is === "matched" && roulette.chatId === id)) return;
  if (roulette.chatId && roulette.chatId !== id) forget(roulette.chatId);
  await loadChat(id);
  Object.assign(roulette, { is: "matched", chatId: id, name: user?.name ?? user?.username ?? "" });
}

async function look(how: () => Promise<Match | null>): Promise<void> {
  roulette.is = "searching";
  try {
    const met = await how();
    if (met) await match(met);
  } catch (error) {
    roulette.is = "idle";
    throw error;
  }
}

export const search = () => look(() => strangers.search());
export const next = () => look(() => strangers.next());

export async function stop(): Promise<void> {
  roulette.is = "idle";
  await strangers.stop();
}

export async function leaveStranger(): Promise<void> {
  roulette.is = "idle";
  await strangers.leave();
}
