// The operators' API.
import { ref } from "vue";

export interface Connection {
  id: string;
  user_id: string;
  dialect: string;
  since: string;
  joined: string[];
  bytes_waiting: number;
  last_written: string | null;
}
export interface Closing {
  at: string;
  dialect: string;
  code: number | null;
  reason: string;
}
export interface Person {
  id: string;
  username: string;
  name: string;
  is_online: boolean;
  connections?: Connection[];
  closings?: Closing[];
  rooms?: { id: string; type: string; members_count: number }[];
}
export interface Room {
  id: string;
  type: string;
  title: string | null;
  members_count: number;
  messages_count: number;
  members?: Person[];
}
export interface Node {
  id: string;
  version: string;
  since: string;
  connections: number;
  leaving: boolean;
}
export interface Setting {
  name: string;
  value: string;
  from: string;
}
export interface Webhook {
  id: string;
  url: string;
  /** Empty means all. */
  events: string[];
  state: "ok" | "failing" | "ended";
  failing_since: string | null;
  ended_at: string | null;
  error: string | null;
  chats_behind: number;
  turns_behind: number;
}
export interface Report {
  id: string;
  chat_id: string;
  message_id: string;
  user_id: string;
  reason: string;
  state: "open" | "resolved";
  created_at: string;
}
export interface Erasure {
  user_id: string;
  erased_at: string;
  /** What becomes of what they said. */
  messages: "keep" | "delete";
  said: number;
  left: number;
  done_at: string | null;
}
export type Fact = { fact: string } & Record<string, unknown>;

const KEPT = "chat.operators.token";
/** The token of --admin-token, kept for the tab. Without it one may only look. */
export const token = ref(sessionStorage.getItem(KEPT) ?? "");

export function show(given: string): void {
  token.value = given;
  if (given) sessionStorage.setItem(KEPT, given);
  else sessionStorage.removeItem(KEPT);
}

/** Returns the answer. Throws an error with the server's sentence. */
export async function ask<T>(path: string, method = "GET"): Promise<T> {
  const headers: Record<string, string> = token.value ? { Authorization: `Bearer ${token.value}` } : {};
  const answer = await fetch(`/admin/api/${path}`, { method, headers });
  const text = await answer.text();
  const body = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Error(body.message ?? String(answer.status));
  return body.data as T;
}
