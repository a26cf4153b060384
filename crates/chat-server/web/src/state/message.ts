// A message as it is shown: from history, or written here and on its way.
import type { Draft } from "chat-client";
import { idOf } from "./ids.js";
import { person } from "./people.js";
import { me } from "./server.js";

export interface Message {
  key: string;
  /** 0 while it is on its way. */
  id: number;
  sender: number;
  type: string;
  content: string;
  at: string;
  edited: boolean;
  likes: number;
  liked: boolean;
  /** Reactions other than likes. */
  reactions: Reaction[];
  status: "queued" | "failed" | "sent" | "delivered" | "read";
  readBy: number[];
  trouble?: string;
  /** Came while one was looking: it moves in. */
  fresh?: boolean;
}

export interface Reaction {
  emoji: string;
  count: number;
  mine: boolean;
}

export interface MessageObject {
  id: string;
  user_id: string;
  type: string;
  content: string;
  media_url: string;
  status: Message["status"];
  is_edited: boolean;
  read_by: string[];
  likes_count: number;
  liked_by: string[];
  reactions: Reaction[];
  created_at: string;
  user: { id: string; username: string };
}

export interface Page {
  data: MessageObject[];
  cursor: string;
  next_before: string | null;
}

/** What was written and is not acknowledged. */
export function waiting(draft: Draft): Message {
  const shown = { key: draft.client_id, id: 0, sender: me.value!.id, type: draft.message_type ?? "text", content: draft.content };
  return { ...shown, at: new Date().toISOString(), edited: false, likes: 0, liked: false, reactions: [], status: "queued", readBy: [], fresh: true };
}

/** As a page of history tells it. */
export function read(object: MessageObject): Message {
  const [id, sender] = [idOf(object.id), idOf(object.user_id)];
  if (!person(sender).username) person(sender).username = object.user.username;
  const content = object.media_url || object.content;
  const { type, status, is_edited: edited, likes_count: likes, created_at: at } = object;
  const liked = object.liked_by.some((by) => idOf(by) === me.value?.id);
  const reactions = object.reactions.filter((reaction) => reaction.emoji !== LIKE);
  return { key: String(id), id, sender, type, content, at, edited, likes, liked, reactions, status, readBy: object.read_by.map(idOf) };
}

/** A like is this reaction, and is told as a like. */
export const LIKE = "❤️";
