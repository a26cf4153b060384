// The list of chats.
import { computed, reactive, ref } from "vue";
import type { MultiplexedMessage } from "chat-client";
import { isMe, learn, nameOf, person, type MemberObject, type Person } from "./people.js";
import { go, openChat } from "./route.js";
import { chat, me, request } from "./server.js";

export interface ChatLine {
  id: number;
  type: "direct" | "group" | "roulette";
  title: string | null;
  unread: number;
  /** How many of the unread messages mention the user. */
  mentions: number;
  members: { id: number; role: string; mutedUntil: string | null }[];
  membersCount: number;
  createdAt: string;
  /** The seconds that a member must wait between two messages. */
  slowMode: number;
  frozen: boolean;
  last: { id: number; content: string; type: string; sender: number; at: string } | null;
  typing: Set<number>;
}

interface ChatObject {
  id: number;
  type: ChatLine["type"];
  title: string | null;
  created_at: string;
  unread_count: number;
  unread_mentions?: number;
  last_message: { id: number; content: string; user: MemberObject; created_at: string } | null;
  members_count: number;
  members: MemberObject[];
  slow_mode?: number;
  frozen?: boolean;
}

const lines = reactive(new Map<number, ChatLine>());
export const loaded = ref(false);

export const chats = computed(() => [...lines.values()].sort((a, b) => when(b) - when(a) || (b.last?.id ?? 0) - (a.last?.id ?? 0)));
export const unreadInAll = computed(() => [...lines.values()].reduce((sum, line) => sum + line.unread, 0));
export const line = (id: number) => lines.get(id);
// In whole seconds, since dialect 2 has no finer times.
const when = (line: ChatLine) => Math.floor(Date.parse(line.last?.at ?? line.createdAt) / 1000);

/** Returns the other person of a direct chat. */
export function other(line: ChatLine): Person | null {
  const found = line.type === "group" ? undefined : line.members.find((member) => !isMe(member.id));
  return found ? person(found.id) : null;
}

/** Whether the user is an owner or moderator of a group. */
export const keepsOrder = (line: ChatLine) => line.members.some(({ id, role }) => isMe(id) && ["owner", "moderator"].includes(role));

/** In a direct chat both may pin. */
export const mayPin = (line: ChatLine) => line.type !== "group" || keepsOrder(line);

export const titleOf = (line: ChatLine) => line.title ?? (other(line) ? nameOf(other(line)!.id) : "…");

/** Loads the list; also after reconnecting, since changes of it were not told meanwhile. */
export async function loadChats(): Promise<void> {
  const { data } = await request<{ data: ChatObject[] }>("GET", "/api/chats?limit=100");
  const there = new Set(data.map((object) => take(object).id));
  for (const id of lines.keys()) if (!there.has(id)) lines.delete(id);
  loaded.value = true;
  // Typing is told in joined rooms only, so the first rooms of the list are joined.
  for (const line of chats.value.slice(0, HEARD)) hear(line);
}

/** Loads all members of a chat; its object names only twenty. */
export async function loadMembers(line: ChatLine): Promise<void> {
  const members: ChatLine["members"] = [];
  let before = "";
  for (let page = 0; page < PAGES; page += 1) {
    const path = `/api/chats/${line.id}/members?limit=100${before}`;
    const { data, next_before } = await request<{ data: MemberObject[]; next_before: number | null }>("GET", path);
    members.push(...data.map(memberOf));
    if (next_before === null) break;
    before = `&before_id=${next_before}`;
  }
  line.members = members;
}

export async function loadChat(id: number): Promise<ChatLine> {
  const { data } = await request<{ data: ChatObject }>("GET", `/api/chats/${id}`);
  const taken = take(data);
  hear(taken);
  return taken;
}

/** Joins a chat. What was unread before is marked as delivered once, so that authors see that it arrived. */
function hear({ id, unread, last }: ChatLine): void {
  const first = chat.cursor(id) === undefined && !chat.hears(id);
  chat.join(id);
  if (first && unread && last) void request("GET", `/api/chats/${id}/poll?last_message_id=${last.id - 1}`).catch(() => {});
}

export async function openDirect(username: string): Promise<void> {
  await openNew({ type: "direct", username });
}

export async function openGroup(title: string, member_ids: number[]): Promise<void> {
  await openNew({ type: "group", title, member_ids });
}

async function openNew(body: object): Promise<void> {
  const { data } = await request<{ data: ChatObject }>("POST", "/api/chats", body);
  take(data);
  chat.join(data.id);
  go(data.id);
}

function memberOf(member: MemberObject): ChatLine["members"][number] {
  const { id, role = "member", muted_until: mutedUntil = null } = member;
  learn(member);
  return { id, role, mutedUntil };
}

function take(object: ChatObject): ChatLine {
  const { id, type, title, last_message: last } = object;
  if (last && !person(last.user.id).name) person(last.user.id).name = last.user.name;
  const known = lines.get(id);
  // All members may be loaded already, while the object names only twenty.
  const named = object.members.map(memberOf);
  const unchanged = known && known.membersCount === object.members_count && known.members.length > object.members.length;
  lines.set(id, {
    ...{ id, type, title, createdAt: object.created_at, unread: object.unread_count, mentions: object.unread_mentions ?? 0 },
    membersCount: object.members_count,
    ...{ slowMode: object.slow_mode ?? 0, frozen: object.frozen ?? false },
    members: unchanged ? known.members : named,
    last: last && { id: last.id, content: last.content, type: known?.last?.id === last.id ? known.last.type : "text", sender: last.user.id, at: last.created_at },
    typing: known?.typing ?? new Set(),
  });
  return lines.get(id)!;
}

function told(id: number, message: MultiplexedMessage | null): void {
  const line = lines.get(id);
  if (!line) return;
  line.last = message && { id: message.id, content: message.content, type: message.message_type, sender: message.sender_id, at: message.created_at };
}

export function forget(id: number): void {
  lines.delete(id);
  if (openChat.value === id) go(null);
}

export const reading = (id: number) => {
  const line = lines.get(id);
  if (line) Object.assign(line, { unread: 0, mentions: 0 });
};

chat.on("chat_updated", (frame) => {
  if (!lines.has(frame.chat_id)) return void loadChat(frame.chat_id).catch(() => {});
  Object.assign(lines.get(frame.chat_id)!, { unread: frame.unread_count, mentions: frame.unread_mentions ?? 0 });
  told(frame.chat_id, frame.last_message);
});
chat.on("new_message", (frame) => {
  told(frame.chat_id, frame.message);
  lines.get(frame.chat_id)?.typing.delete(frame.message.sender_id);
});
chat.on("message_updated", (frame) => {
  const last = lines.get(frame.chat_id)?.last;
  if (last?.id === frame.message_id) last.content = frame.content;
});
chat.on("typing", (frame) => {
  const typing = lines.get(frame.chat_id)?.typing;
  if (frame.is_typing) typing?.add(frame.user_id);
  else typing?.delete(frame.user_id);
});
chat.on("member_added", (frame) => void loadChat(frame.chat_id).catch(() => {}));
chat.on("member_removed", (frame) => {
  if (frame.user_id === me.value?.id) forget(frame.chat_id);
  else if (lines.has(frame.chat_id)) void loadChat(frame.chat_id).catch(() => {});
});
chat.on("member_updated", ({ chat_id, user_id, role, muted_until }) => {
  const member = lines.get(chat_id)?.members.find(({ id }) => id === user_id);
  if (member) Object.assign(member, { role, mutedUntil: muted_until });
});
chat.on("chat_changed", ({ chat_id, title, slow_mode, frozen }) => {
  const line = lines.get(chat_id);
  if (line) Object.assign(line, { title, slowMode: slow_mode, frozen });
});
chat.on("state", (state) => {
  for (const line of lines.values()) if (state.is !== "open") line.typing.clear();
  if (state.is === "open") void loadChats().catch(() => {});
});

/** How many pages of members are loaded: a thousand people. */
const PAGES = 10;
/** How many rooms are joined without having been opened. */
const HEARD = 50;
