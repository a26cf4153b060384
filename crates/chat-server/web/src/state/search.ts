// Searching messages by words, in all chats or in one.
import { computed, ref, watch } from "vue";
import { idOf, roomUuid } from "./ids.js";
import { read, type Message, type MessageObject } from "./message.js";
import { request } from "./server.js";

export interface Hit {
  chat: number;
  message: Message;
  /** The text in which the words were found. */
  text: string;
  marks: [number, number][];
}

interface Found {
  data: { chat_id: string; message: MessageObject & { metadata?: { caption?: string } }; highlights: [number, number][] }[];
  next: string | null;
}

export const query = ref("");
/** The chat that is searched; null for all. */
export const inside = ref<number | null>(null);
export const hits = ref<Hit[]>([]);
export const looking = ref(false);
const next = ref<string | null>(null);
export const more = computed(() => next.value !== null);
let latest = 0;
let resting: ReturnType<typeof setTimeout> | undefined;

/** Shorter words find too much. */
const LEAST = 2;

watch([query, inside], () => {
  latest += 1;
  clearTimeout(resting);
  next.value = null;
  looking.value = query.value.trim().length >= LEAST;
  if (looking.value) resting = setTimeout(() => void look(), REST);
  else hits.value = [];
});

/** Loads the first page of the present search, or the next one. */
export async function look(): Promise<void> {
  const number = (latest += 1);
  const from = next.value;
  const asked = new URLSearchParams({ q: query.value.trim(), ...(from && { next: from }) });
  if (inside.value !== null) asked.set("chat_id", roomUuid(inside.value));
  looking.value = true;
  // An unclosed quotation finds nothing for the moment.
  const found = await request<Found>("GET", `/api/v1/search?${asked}`).catch(() => ({ data: [], next: null }) as Found);
  // The late answer to an earlier search is dropped.
  if (number !== latest) return;
  const page = found.data.map(({ chat_id, message, highlights }) => {
    const text = message.media_url ? (message.metadata?.caption ?? "") : message.content;
    return { chat: idOf(chat_id), message: read(message), text, marks: highlights };
  });
  hits.value = from ? [...hits.value, ...page] : page;
  next.value = found.next;
  looking.value = false;
}

export function endSearch(): void {
  query.value = "";
  inside.value = null;
}

/** Splits the text around its first match; `marked` are the parts that match. */
export function excerpt({ text, marks }: Hit): { text: string; marked: boolean }[] {
  const from = marks[0] && marks[0][0] > BEFORE ? text.lastIndexOf(" ", marks[0][0] - BEFORE + 12) + 1 : 0;
  const pieces: { text: string; marked: boolean }[] = from ? [{ text: "…", marked: false }] : [];
  let end = from;
  for (const [begin, upto] of marks) {
    if (begin > end) pieces.push({ text: text.slice(end, begin), marked: false });
    pieces.push({ text: text.slice(begin, upto), marked: true });
    end = upto;
  }
  pieces.push({ text: text.slice(end, end + AFTER), marked: false });
  return pieces;
}

const REST = 180;
const BEFORE = 36;
const AFTER = 160;
