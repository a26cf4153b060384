// The roulette: its events are told in dialect 4 alone, on the user's own socket there.
import { computed, reactive } from "vue";
import { forget, loadChat } from "./chats.js";
import { idOf } from "./ids.js";
import { chat, me, request } from "./server.js";

export const roulette = reactive<{ is: "idle" | "searching" | "matched" | "left"; chatId: number; name: string }>({ is: "idle", chatId: 0, name: "" });
export const looking = computed(() => roulette.is === "searching");

interface Told {
  type: string;
  chat_id: string | null;
  payload: { user?: { username?: string; name?: string }; chat_id?: string };
}

let socket: WebSocket | null = null;

/** Opens the socket for as long as one looks at the roulette or is in one of its chats. */
export async function attend(): Promise<void> {
  if (socket) return;
  const address = new URL("/api/v1/ws", location.origin.replace(/^http/, "ws"));
  const token = await chat.session.token();
  if (token) address.searchParams.set("token", token);
  const opened = new WebSocket(address);
  socket = opened;
  await new Promise((resolve) => (opened.onopen = opened.onclose = resolve));
  opened.onmessage = (event) => hear(JSON.parse(String(event.data)) as Told);
  opened.onclose = () => {
    if (socket !== opened) return;
    socket = null;
    if (roulette.is !== "idle" && me.value) setTimeout(attend, 2000);
  };
}

function hear(told: Told): void {
  if (told.type === "chatroulette_match") void match(told.chat_id ?? told.payload.chat_id ?? "", told.payload.user);
  if (told.type === "chatroulette_left" && roulette.is === "matched") roulette.is = "left";
}

async function match(uuid: string, user?: { username?: string; name?: string }): Promise<void> {
  const id = idOf(uuid);
  if (!id || (roulette.is === "matched" && roulette.chatId === id)) return;
  if (roulette.chatId && roulette.chatId !== id) forget(roulette.chatId);
  await loadChat(id);
  Object.assign(roulette, { is: "matched", chatId: id, name: user?.name ?? user?.username ?? "" });
}

interface Found {
  data: { status: "searching" | "matched"; chat_id?: string; user?: { username?: string; name?: string } };
}

async function look(how: "search" | "next"): Promise<void> {
  await attend();
  roulette.is = "searching";
  try {
    const { data } = await request<Found>("POST", `/api/v1/chatroulette/${how}`, {});
    if (data.status === "matched") await match(data.chat_id ?? "", data.user);
  } catch (error) {
    roulette.is = "idle";
    throw error;
  }
}

export const search = () => look("search");
export const next = () => look("next");

export async function stop(): Promise<void> {
  roulette.is = "idle";
  await request("DELETE", "/api/v1/chatroulette/search");
}

export async function leaveStranger(): Promise<void> {
  roulette.is = "idle";
  await request("POST", "/api/v1/chatroulette/leave", {});
}
