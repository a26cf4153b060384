// Moderation of groups, and blocked people.
import { reactive, ref } from "vue";
import type { ChatLine } from "./chats.js";
import { isMe, learn, type MemberObject } from "./people.js";
import { chat, request } from "./server.js";

const RANKS = ["member", "moderator", "owner"];
const rank = (role: string) => Math.max(0, RANKS.indexOf(role));

export const roleOf = (line: ChatLine, id: number) => line.members.find((member) => member.id === id)?.role ?? "member";
const mine = (line: ChatLine) => line.members.find((member) => isMe(member.id));
export const myRole = (line: ChatLine) => mine(line)?.role ?? "member";

/** Nobody may act on a person of the same rank. */
export const mayAct = (line: ChatLine, id: number) => !isMe(id) && rank(myRole(line)) > rank(roleOf(line, id));

/** Returns why the user cannot write in a group now. */
export function silenced(line: ChatLine): "muted" | "frozen" | null {
  if (line.type !== "group") return null;
  if (isFuture(mine(line)?.mutedUntil)) return "muted";
  return line.frozen && myRole(line) === "member" ? "frozen" : null;
}

/** A mute or ban that ends by itself is not told, so the time is looked at. */
const now = ref(Date.now());
setInterval(() => (now.value = Date.now()), 5000);
export const isFuture = (until: string | null | undefined) => Boolean(until) && Date.parse(until!) > now.value;
/** What has no end has one in the year 9999. */
export const isForGood = (until: string | null | undefined) => !until || until.startsWith("9999");
export const mutedUntil = (line: ChatLine, id: number) => line.members.find((member) => member.id === id)?.mutedUntil ?? null;

export interface Banned {
  user: MemberObject;
  until: string | null;
  reason: string | null;
}

export interface Audited {
  id: number;
  action: string;
  by: number;
  user_id: number | null;
  message_id: number | null;
  reason: string | null;
  created_at: string;
}

/** Loads a page of a group's bans or audit; `before` is where the previous page ended. */
export async function listOf<T>(line: ChatLine, what: "bans" | "audit", before: number | null): Promise<{ data: T[]; next_before: number | null }> {
  const more = before === null ? "" : `&${what === "audit" ? "before" : "before_id"}=${before}`;
  return request("GET", `/api/chats/${line.id}/${what}?limit=50${more}`);
}

export const blocked = reactive(new Set<number>());

export async function loadBlocks(): Promise<void> {
  const { data } = await request<{ data: MemberObject[] }>("GET", "/api/blocks?limit=100");
  blocked.clear();
  for (const person of data) blocked.add(learn(person).id);
}

export async function block(id: number, on = true): Promise<void> {
  await request(on ? "PUT" : "DELETE", `/api/users/${id}/block`);
  if (on) blocked.add(id);
  else blocked.delete(id);
}

/** Reports a message to the operators of the server. Nobody in the chat is told. */
export const reportMessage = (chat: number, message: number, reason: string) => request("POST", `/api/chats/${chat}/messages/${message}/reports`, { reason });

chat.on("state", (state) => state.is === "open" && void loadBlocks().catch(() => {}));
