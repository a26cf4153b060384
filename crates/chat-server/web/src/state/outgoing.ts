// Sending: texts at once, files after their upload. Everything is shown from the start.
import { newId, type Draft, type Refused } from "chat-client";
import type { Attachment } from "./files.js";
import { waiting, type Message, type Quote } from "./message.js";
import type { Room } from "./room.js";
import { chat } from "./server.js";

/** Sends files in their order, with the text as the caption of the first that can have one; or the text alone. */
export async function sendAll(room: Room, content: string, attachments: Attachment[], quote: Quote | null): Promise<void> {
  if (!attachments.length) return sendText(room, content, quote);
  await Promise.all(attachments.map((one, index) => sendFile(room, one, index ? "" : content, index ? null : quote)));
}

async function sendText(room: Room, content: string, quote: Quote | null): Promise<void> {
  const draft = { ...answering(room, quote), content, client_id: newId() };
  room.pending.push(waiting(draft, quote));
  await follow(room, draft);
}

async function sendFile(room: Room, { file, name, sort, local, metadata }: Attachment, caption: string, quote: Quote | null): Promise<void> {
  const beside = { ...metadata, ...(caption && { caption }) };
  const draft = { ...answering(room, quote), content: local, message_type: sort, metadata: beside, client_id: newId() };
  const stored = { url: local, name, size: file.size, type: file.type };
  room.pending.push({ ...waiting(draft, quote), local, file: stored });
  await bring(room, room.pending.at(-1)!, { file, name });
}

/** Sends once more what was refused. */
export async function sendAgain(room: Room, message: Message): Promise<void> {
  message.status = "queued";
  if (message.brings) await bring(room, message, message.brings);
  else await follow(room, draftOf(room, message));
}

async function bring(room: Room, shown: Message, { file, name }: { file: Blob; name: string }): Promise<void> {
  const end = new AbortController();
  shown.brings = { file, name, sent: 0, end };
  underWay += 1;
  try {
    const progress = (sent: number) => shown.brings && (shown.brings.sent = sent);
    const stored = await chat.upload(file, { name, progress, signal: end.signal });
    Object.assign(shown, { content: stored.url, file: stored, brings: undefined });
  } catch (error) {
    if (!end.signal.aborted) fail(shown, error);
    return;
  } finally {
    underWay -= 1;
  }
  await follow(room, draftOf(room, shown));
}

async function follow(room: Room, { chat_id, content, ...named }: Draft): Promise<void> {
  try {
    await chat.send(chat_id, content, named);
  } catch (error) {
    const shown = room.pending.find((message) => message.key === named.client_id);
    if (shown) fail(shown, error);
  }
}

const fail = (shown: Message, error: unknown) => void Object.assign(shown, { status: "failed", trouble: (error as Refused).message });

function draftOf(room: Room, { key, type, content, metadata, quote }: Message): Draft {
  const what = type === "text" ? {} : { message_type: type as NonNullable<Draft["message_type"]>, metadata: { ...metadata } };
  return { ...answering(room, quote), content, client_id: key, ...what };
}

function answering(room: Room, quote: Quote | null): { chat_id: number; reply_to?: number } {
  const reply_to = quote?.id ?? room.thread;
  return { chat_id: room.id, ...(reply_to && { reply_to }) };
}

/** Counts uploads, which end with the page: whoever closes it is asked first. */
let underWay = 0;
addEventListener("beforeunload", (event) => underWay && event.preventDefault());
