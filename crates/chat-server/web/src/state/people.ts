// All people whom this page knows, and whether they are online.
import { reactive } from "vue";
import { chat, me } from "./server.js";

export interface Person {
  id: number;
  name: string;
  username: string;
  avatar: string;
  online: boolean;
  mood: string;
  lastSeen: string | null;
}

/** A person, as the members of a chat object are written. */
export interface MemberObject {
  id: number;
  name: string;
  username: string;
  avatar: string;
  is_online?: boolean;
  last_seen?: string | null;
  role?: string;
  muted_until?: string | null;
}

const people = reactive(new Map<number, Person>());

/** Returns a person, with placeholders until more is known. */
export function person(id: number): Person {
  const known = people.get(id);
  if (known) return known;
  people.set(id, { id, name: "", username: "", avatar: "", online: false, mood: "online", lastSeen: null });
  return people.get(id)!;
}

export function learn(member: MemberObject): Person {
  const known = person(member.id);
  const { name, username, avatar } = member;
  Object.assign(known, { name, username, avatar });
  if (member.is_online !== undefined) known.online = member.is_online;
  if (member.last_seen !== undefined) known.lastSeen = member.last_seen;
  return known;
}

/** Returns all people whose names are known. */
export const acquaintances = () => [...people.values()].filter((known) => known.username && known.name);

export const nameOf = (id: number) => person(id).name || person(id).username || "…";
export const isMe = (id: number) => id === me.value?.id;

chat.on("user_status", ({ user_id, status }) => {
  const known = person(user_id);
  known.online = true;
  known.mood = status;
});
chat.on("user_offline", ({ user_id, timestamp }) => {
  const known = person(user_id);
  known.online = false;
  known.lastSeen = timestamp;
});
