// The conversation that results from the frames of any dialect.
import { idOf } from "../state/ids.js";

export interface Line {
  id: number;
  who: number;
  text: string;
  edited: boolean;
  likes: number;
}

type Json = Record<string, unknown>;

/** What a pane shows. */
export interface Folded {
  lines: Line[];
  typing: Set<number>;
  cursor: string;
}

const number = (value: unknown) => (typeof value === "string" ? idOf(value) : Number(value));

/** Takes in a frame: `type` as its dialect calls it, `data` with its fields, flat. */
export function fold(folded: Folded, type: string, data: Json): void {
  const kind = type.replace(/^chat:/, "").replace(/[:_]/g, " ");
  const id = number(data["message_id"] ?? data["id"]);
  const line = folded.lines.find((line) => line.id === id);
  if (["message", "new message", "message new"].includes(kind) || type === "chat_message") say(folded, id, data);
  else if (/message (updated|edited)/.test(kind) && line) Object.assign(line, { text: words(data), edited: true });
  else if (kind === "message deleted") folded.lines = folded.lines.filter((line) => line.id !== id);
  else if (/message (liked|unliked)/.test(kind) && line) line.likes = Number(data["likes_count"]);
  else if (kind === "typing" || kind === "typing indicator") types(folded, data);
}

function say(folded: Folded, id: number, data: Json): void {
  const user = data["user"] as Json | undefined;
  const who = number(data["sender_id"] ?? data["user_id"] ?? user?.["id"]);
  folded.typing.delete(who);
  if (folded.lines.some((line) => line.id === id)) return;
  folded.lines.push({ id, who, text: words(data), edited: false, likes: Number(data["likes_count"] ?? 0) });
  folded.lines.splice(0, folded.lines.length - MOST);
}

function types(folded: Folded, data: Json): void {
  const who = number(data["user_id"]);
  if (data["is_typing"]) folded.typing.add(who);
  else folded.typing.delete(who);
}

const words = (data: Json) => String(data["content"] ?? data["message"] ?? "");

const MOST = 50;
