// Five people in one room, each with another dialect. They are created once, and last as long as the tab.
import { reactive } from "vue";
import { Session, type Tokens, type User } from "chat-client";

export const DIALECTS = ["rest", "multiplexed", "room", "roulette", "socketio"] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface Guest {
  dialect: Dialect;
  id: number;
  name: string;
  token: string;
}

export interface Stage {
  chat: number;
  guests: Guest[];
}

const KEY = "chat.dialects";
const NAMES: Record<Dialect, string> = { rest: "Anna", multiplexed: "Boris", room: "Vera", roulette: "Grisha", socketio: "Dasha" };

export const state = reactive<{ stage: Stage | null; busy: boolean; trouble: string }>({ stage: null, busy: false, trouble: "" });

/** Sends a request in a guest's name. */
export async function call<T>(guest: Guest, method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers = { Authorization: `Bearer ${guest.token}`, ...(body !== undefined && { "Content-Type": "application/json" }) };
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return (text ? JSON.parse(text) : null) as T;
}

/** Goes on with the guests of this tab, if the server still knows them. */
export async function recall(): Promise<void> {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Stage | null;
  const first = kept?.guests[0];
  if (!kept || !first) return;
  const known = await call(first, "GET", `/api/chats/${kept.chat}`).then(() => true, () => false);
  if (known) state.stage = kept;
}

export async function begin(): Promise<void> {
  state.busy = true;
  state.trouble = "";
  try {
    const guests: Guest[] = [];
    for (const dialect of DIALECTS) guests.push(await guest(dialect));
    const [owner, ...others] = guests as [Guest, ...Guest[]];
    const body = { type: "group", title: "Five dialects", member_ids: others.map((other) => other.id) };
    const { data } = await call<{ data: { id: number } }>(owner, "POST", "/api/chats", body);
    state.stage = { chat: data.id, guests };
    sessionStorage.setItem(KEY, JSON.stringify(state.stage));
  } catch (error) {
    state.trouble = (error as Error).message;
  } finally {
    state.busy = false;
  }
}

async function guest(dialect: Dialect): Promise<Guest> {
  const suffix = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(36)).join("");
  const password = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join("-");
  let tokens: Tokens | undefined;
  const taken: typeof fetch = async (...request) => {
    const answer = await fetch(...request);
    if (answer.ok) tokens = (await answer.clone().json()) as Tokens;
    return answer;
  };
  const session = new Session({ url: location.origin, fetch: taken });
  const user: User = await session.register({ username: `${dialect}-${suffix}`, password, name: NAMES[dialect] });
  return { dialect, id: user.id, name: NAMES[dialect], token: tokens!.access_token };
}
