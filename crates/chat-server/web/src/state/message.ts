// A message as it is shown: from history, from a frame, or written here and not acknowledged.
import type { Draft, MultiplexedMessage, StoredFile } from "chat-client";
import { idOf } from "./ids.js";
import { person } from "./people.js";
import { me } from "./server.js";

export interface Message {
  key: string;
  /** 0 until it is acknowledged. */
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
  /** The message that it answers. */
  quote: Quote | null;
  /** The first message of its thread; null for that one itself. */
  thread: number | null;
  /** How many replies its thread has, if it is the first message. */
  replies: number;
  /** The people whom it mentions; `everybody` is beside it. */
  mentions: number[];
  everybody: boolean;
  pinned: boolean;
  status: "queued" | "failed" | "sent" | "delivered" | "read";
  readBy: number[];
  /** The file whose address is the content, if it is on this server. */
  file: Omit<StoredFile, "id"> | null;
  metadata: Metadata;
  /** The local file, shown until the server has it. */
  local?: string;
  /** The upload of its file. */
  brings?: Bringing | undefined;
  trouble?: string;
  /** Whether it came while the page was open, and so moves in. */
  fresh?: boolean;
}

/** Facts about a file that are sent with it, so that its space is known before it is loaded. */
export interface Metadata {
  width?: number;
  height?: number;
  duration?: number;
  caption?: string;
  /** The loudness of a recording, from 0 to 100, from beginning to end. */
  waveform?: number[];
}

/** A file that is being uploaded. */
export interface Bringing {
  file: Blob;
  name: string;
  sent: number;
  end: AbortController;
}

export interface Reaction {
  emoji: string;
  count: number;
  mine: boolean;
}

export interface Quote {
  id: number;
  sender: number;
  name: string;
  excerpt: string;
  deleted: boolean;
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
  reply_to: { id: string; user_id: string; name: string; excerpt: string; deleted?: boolean } | null;
  thread_id: string | null;
  replies_count?: number;
  mentions: string[];
  mentions_all: boolean;
  pinned: boolean;
  file: StoredFile | null;
  metadata: Metadata | null;
  created_at: string;
  user: { id: string; username: string };
}

export interface Page {
  data: MessageObject[];
  cursor: string;
  next_before: string | null;
}

/** Makes a message of a draft. */
export function waiting(draft: Draft, quote: Quote | null = null): Message {
  const shown = { key: draft.client_id, id: 0, sender: me.value!.id, type: draft.message_type ?? "text", content: draft.content };
  const { metadata = {} } = draft;
  return { ...shown, ...plain(), at: new Date().toISOString(), quote, metadata, status: "queued", fresh: true };
}

/** Makes a message of a frame. */
export function told(message: MultiplexedMessage): Message {
  const { id, content, sender_id: sender, created_at: at, message_type: type, reply_to, mentions = [] } = message;
  const beside = { thread: message.thread_id ?? null, mentions, everybody: message.mentions_all ?? false, file: message.file ?? null };
  const quote = reply_to ? { ...reply_to, sender: reply_to.user_id, deleted: reply_to.deleted ?? false } : null;
  return { ...plain(), key: String(id), id, sender, type, content, at, quote, ...beside, status: "sent", fresh: true };
}

/** Makes a message of an object from history. */
export function read(object: MessageObject): Message {
  const [id, sender] = [idOf(object.id), idOf(object.user_id)];
  if (!person(sender).username) person(sender).username = object.user.username;
  const content = object.media_url || object.content;
  const { type, status, is_edited: edited, likes_count: likes, created_at: at, pinned, mentions_all: everybody } = object;
  const liked = object.liked_by.some((by) => idOf(by) === me.value?.id);
  const reactions = object.reactions.filter((reaction) => reaction.emoji !== LIKE);
  const { reply_to: to, thread_id } = object;
  const quote = to && { id: idOf(to.id), sender: idOf(to.user_id), name: to.name, excerpt: to.excerpt, deleted: to.deleted ?? false };
  const place = { quote, thread: thread_id === null ? null : idOf(thread_id), replies: object.replies_count ?? 0 };
  const said = { key: String(id), id, sender, type, content, at, edited, likes, liked, reactions, status, readBy: object.read_by.map(idOf) };
  const beside = { file: object.file ?? null, metadata: object.metadata ?? {} };
  return { ...said, ...place, ...beside, mentions: object.mentions.map(idOf), everybody, pinned };
}

/** Whether a message shows something that is loaded from an address. */
export const hasFile = ({ type }: { type: string }) => ["photo", "video", "voice", "file"].includes(type);

/** Returns what an answer shows of this message; the server cuts it in the same way. */
export function quoteOf(message: Message, name: string): Quote {
  return { id: message.id, sender: message.sender, name, excerpt: excerptOf(message.content), deleted: false };
}

export const excerptOf = (content: string) => [...content].slice(0, EXCERPT).join("");

const plain = () => ({
  ...{ edited: false, likes: 0, liked: false, reactions: [], quote: null, thread: null, replies: 0 },
  ...{ mentions: [], everybody: false, pinned: false, readBy: [], file: null, metadata: {} },
});

/** This reaction is a like, and is told as a like. */
export const LIKE = "❤️";
const EXCERPT = 140;
