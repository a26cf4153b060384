// The messages of one room, as far as they are on the screen: pages of history, and what is told.
import type { Draft, Frames, Refused } from "chat-client";
import { newId } from "chat-client";
import { reactive } from "vue";
import { reading } from "./chats.js";
import { messageUuid, roomUuid } from "./ids.js";
import { LIKE, read, waiting, type Message, type Page } from "./message.js";
import { chat, me, request } from "./server.js";

export class Room {
  messages: Message[] = [];
  pending: Message[] = [];
  loaded = false;
  loading = false;
  failed = false;
  hasOlder = false;
  hasNewer = false;
  /** The first message that was not read when the room was opened. */
  unreadFrom = 0;
  private reconciling: ReturnType<typeof setTimeout> | undefined;
  /** Whoever waits until what was written is acknowledged. */
  private free: (() => void) | undefined;

  constructor(readonly id: number) {
    this.pending = chat.drafts.filter((draft) => draft.chat_id === id).map(waiting);
  }

  /** The newest page, and from its cursor on whatever happens. */
  async load(unread = 0): Promise<void> {
    this.loading = true;
    try {
      const page = await this.page("");
      await this.settled();
      this.messages = page.data.map(read);
      this.hasOlder = page.next_before !== null;
      this.hasNewer = false;
      this.failed = false;
      this.loaded = true;
      if (unread) this.unreadFrom = this.firstUnread(unread);
      chat.join(this.id, page.cursor);
    } catch {
      this.failed = !this.loaded;
    } finally {
      this.loading = false;
    }
  }

  async older(): Promise<void> {
    const first = this.messages[0];
    if (!first || !this.hasOlder || this.loading) return;
    await this.turn(async () => {
      const page = await this.page(`&before_id=${messageUuid(first.id)}`);
      this.hasOlder = page.next_before !== null;
      this.messages = [...page.data.map(read), ...this.messages];
      if (this.messages.length <= MOST) return;
      // What is far below is fetched again when somebody comes back to it: memory stays flat.
      this.messages = this.messages.slice(0, MOST);
      this.hasNewer = true;
    });
  }

  async newer(): Promise<void> {
    const last = this.messages.at(-1);
    if (!last || !this.hasNewer || this.loading) return;
    await this.turn(async () => {
      const page = await this.page(`&after_id=${messageUuid(last.id)}`);
      this.hasNewer = page.data.length === PAGE;
      this.messages = [...this.messages, ...page.data.map(read)];
      if (this.messages.length <= MOST) return;
      this.messages = this.messages.slice(-MOST);
      this.hasOlder = true;
    });
  }

  async send(content: string): Promise<void> {
    const draft: Draft = { chat_id: this.id, content, client_id: newId() };
    this.pending.push(waiting(draft));
    await this.follow(draft);
  }

  async again(message: Message): Promise<void> {
    message.status = "queued";
    await this.follow({ chat_id: this.id, content: message.content, client_id: message.key });
  }

  discard(message: Message): void {
    this.pending = this.pending.filter((other) => other.key !== message.key);
  }

  /** Everything up to a message was read, or everything that there is. */
  seen(upto?: number): void {
    if (upto !== undefined) return void (upto > 0 && chat.read(this.id, upto));
    const last = this.messages.at(-1);
    if (!last || this.hasNewer) return;
    reading(this.id);
    chat.read(this.id, last.id);
  }

  async like(message: Message): Promise<void> {
    const liked = !message.liked;
    Object.assign(message, { liked, likes: message.likes + (liked ? 1 : -1) });
    await chat.like(this.id, message.id, liked);
  }

  async react(message: Message, emoji: string): Promise<void> {
    if (emoji === LIKE) return this.like(message);
    const mine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine);
    const path = `/api/chats/${this.id}/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`;
    await request(mine ? "DELETE" : "PUT", path);
  }

  find(id: number): Message | undefined {
    return this.messages.find((message) => message.id === id);
  }

  private async follow(draft: Draft): Promise<void> {
    try {
      const { client_id, content } = draft;
      await chat.send(this.id, content, { client_id });
    } catch (error) {
      const shown = this.pending.find((message) => message.key === draft.client_id);
      if (shown) Object.assign(shown, { status: "failed", trouble: (error as Refused).message });
    }
  }

  /** A message of one's own is acknowledged, also one that was written before the page was loaded. */
  arrived(key: string, sent: Frames["message_sent"]): void {
    const shown = this.pending.find((message) => message.key === key);
    this.discard({ key } as Message);
    if (!this.onTheirWay) this.free?.();
    if (shown && !this.find(sent.message_id) && !this.hasNewer) {
      this.put({ ...shown, id: sent.message_id, at: sent.timestamp, status: "sent", fresh: false });
    }
    this.reconcile(DELIVERY);
  }

  /** A message that is told: at its place, once. */
  hear({ message }: Frames["new_message"]): void {
    const { id, content, sender_id: sender, created_at: at, message_type: type } = message;
    const known = this.find(id);
    if (known) return void Object.assign(known, { content });
    if (this.hasNewer) return;
    const key = String(id);
    this.put({ key, id, sender, type, content, at, edited: false, likes: 0, liked: false, reactions: [], status: "sent", readBy: [], fresh: true });
  }

  private put(message: Message): void {
    const after = this.messages.findIndex((other) => other.id > message.id);
    this.messages.splice(after < 0 ? this.messages.length : after, 0, message);
    if (this.messages.length > MOST * 2) {
      this.messages = this.messages.slice(-MOST);
      this.hasOlder = true;
    }
  }

  /** Dialect 2 says that somebody read, not how far; what became of the messages is asked for. */
  reconcile(after: number, tries = 3): void {
    const open = this.messages.slice(-PAGE).filter((message) => message.sender === me.value?.id && message.status !== "read");
    if (!open.length || this.reconciling || this.hasNewer) return;
    this.reconciling = setTimeout(async () => {
      this.reconciling = undefined;
      const page = await this.page("").catch(() => null);
      for (const { key: _, fresh: __, ...now } of page?.data.map(read) ?? []) {
        const known = this.find(now.id);
        if (known) Object.assign(known, now);
      }
      // A busy server stores it later; who is not there changes nothing for now.
      if (tries > 1 && open.some((message) => message.status === "sent")) this.reconcile(after * 3, tries - 1);
    }, after);
  }

  private get onTheirWay(): boolean {
    return chat.isConnected() && this.pending.some((message) => message.status === "queued");
  }

  /** A page may show what was just sent before its acknowledgement comes; until then it would stand there twice. */
  private async settled(): Promise<void> {
    if (!this.onTheirWay) return;
    await new Promise<void>((resolve) => {
      this.free = resolve;
      setTimeout(resolve, ACKNOWLEDGED);
    });
  }

  private page(more: string): Promise<Page> {
    const path = `/api/v1/chats/${roomUuid(this.id)}/messages?features=all&limit=${PAGE}${more}`;
    return request<Page>("GET", path);
  }

  private async turn(act: () => Promise<void>): Promise<void> {
    this.loading = true;
    await act().catch(() => {});
    this.loading = false;
  }

  private firstUnread(unread: number): number {
    const others = this.messages.filter((message) => message.sender !== me.value?.id);
    return others.at(-Math.min(unread, others.length))?.id ?? 0;
  }
}

const rooms = new Map<number, Room>();

/** A room that was opened stays as it is for coming back to it. */
export function room(id: number): Room {
  const known = rooms.get(id) ?? (reactive(new Room(id)) as Room);
  rooms.delete(id);
  rooms.set(id, known);
  for (const old of [...rooms.keys()].slice(0, -KEPT)) rooms.delete(old);
  return known;
}

chat.on("new_message", (frame) => rooms.get(frame.chat_id)?.hear(frame));
chat.on("message_sent", (frame) => frame.client_id && rooms.get(frame.chat_id)?.arrived(frame.client_id, frame));
chat.on("message_updated", (frame) => {
  const message = rooms.get(frame.chat_id)?.find(frame.message_id);
  if (message) Object.assign(message, { content: frame.content, edited: true });
});
chat.on("message_deleted", (frame) => {
  const here = rooms.get(frame.chat_id);
  if (here) here.messages = here.messages.filter((message) => message.id !== frame.message_id);
});
for (const type of ["message_liked", "message_unliked"] as const) {
  chat.on(type, (frame) => {
    const message = rooms.get(frame.chat_id)?.find(frame.message_id);
    if (!message) return;
    message.likes = frame.likes_count;
    if (frame.user_id === me.value?.id) message.liked = type === "message_liked";
  });
}
for (const type of ["message_reacted", "message_unreacted"] as const) {
  chat.on(type, ({ chat_id, message_id, user_id, emoji, count }) => {
    const message = rooms.get(chat_id)?.find(message_id);
    if (!message) return;
    const known = message.reactions.find((reaction) => reaction.emoji === emoji);
    const mine = user_id === me.value?.id ? type === "message_reacted" : (known?.mine ?? false);
    if (!count) message.reactions = message.reactions.filter((reaction) => reaction !== known);
    else if (known) Object.assign(known, { count, mine });
    else message.reactions.push({ emoji, count, mine });
  });
}
chat.on("messages_read", (frame) => frame.user_id !== me.value?.id && rooms.get(frame.chat_id)?.reconcile(SOON));
chat.on("user_status", () => rooms.forEach((room) => room.reconcile(DELIVERY)));
chat.on("resync", (frame) => void rooms.get(frame.chat_id)?.load());

const PAGE = 50;
/** Messages that are held, two screens of pages above and below what is seen. */
const MOST = 250;
const KEPT = 10;
const SOON = 150;
/** Deliveries are gathered for up to 200 ms and stored within a second. */
const DELIVERY = 1300;
/** Longer than this a page does not wait for what is on its way. */
const ACKNOWLEDGED = 1000;
