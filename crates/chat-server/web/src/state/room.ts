// The messages of one room or thread that the page holds.
import type { Frames } from "chat-client";
import { reading } from "./chats.js";
import { firstUnread, messageOf, pageOf } from "./history.js";
import { idOf, messageUuid } from "./ids.js";
import { hasFile, LIKE, read, told, waiting, type Message, type MessageObject, type Page } from "./message.js";
import { chat, me, request } from "./server.js";

export class Room {
  messages: Message[] = [];
  pending: Message[] = [];
  /** Earlier messages that were loaded, but are not shown yet. */
  private above: Message[] = [];
  private isFirst = false;
  loaded = false;
  loading = false;
  failed = false;
  hasOlder = false;
  hasNewer = false;
  /** The first message that was unread when the room was opened. */
  unreadFrom = 0;
  /** The newest message that was ever told: a replay may tell it again. */
  private heard = 0;
  private reconciling: ReturnType<typeof setTimeout> | undefined;
  private due = 0;
  /** Called when what was written is acknowledged, if somebody waits for it. */
  private free: (() => void) | undefined;

  /** Creates a room, or the thread under this message in it. */
  constructor(
    readonly id: number,
    readonly thread: number | null = null,
  ) {
    const drafts = chat.drafts.filter((draft) => draft.chat_id === id && (thread === null || draft.reply_to === thread));
    this.pending = drafts.map((draft) => waiting(draft));
  }

  /** Loads the newest page, and follows the room from its cursor. */
  async load(unread = 0): Promise<void> {
    this.loading = true;
    try {
      const page = await this.page("");
      const before = await this.unreadBefore(page, unread);
      await this.settled();
      const messages = [...before.data, ...page.data].map(read);
      this.heard = Math.max(this.heard, messages.at(-1)?.id ?? 0);
      const begins = unread ? nthUnread(messages, unread) : undefined;
      const isFar = unread > 0 && !begins && before.next_before !== null;
      this.unreadFrom = begins?.id ?? (isFar ? await firstUnread(this.id, messages[0]!.id) : 0);
      // The first unread message may be beyond what is loaded; then the messages around it are loaded instead.
      if (!(isFar && (await this.around(this.unreadFrom)))) {
        this.messages = messages;
        this.above = [];
        this.hasOlder = before.next_before !== null;
        this.hasNewer = false;
      }
      this.failed = false;
      this.loaded = true;
      chat.join(this.id, page.cursor);
    } catch {
      this.failed = !this.loaded;
    } finally {
      this.loading = false;
    }
  }

  /** Loads earlier messages, to be shown by `lift`. */
  async older(): Promise<void> {
    const first = this.messages[0];
    if (!first || !this.hasOlder || this.loading || this.above.length) return;
    await this.turn(async () => {
      const page = await this.page(`&before_id=${messageUuid(first.id)}`);
      if (this.messages[0] !== first) return;
      this.above = page.data.map(read);
      this.isFirst = page.next_before === null;
      this.hasOlder = this.above.length > 0;
    });
  }

  /** Shows some of the loaded messages: a whole page at once would make for a slow frame. */
  lift(count: number): boolean {
    if (!this.above.length) return false;
    this.messages = [...this.above.splice(-count), ...this.messages];
    this.hasOlder = this.above.length > 0 || !this.isFirst;
    if (this.messages.length > MOST) {
      // Messages far below are dropped and loaded again when needed, so that memory stays bounded.
      this.messages = this.messages.slice(0, MOST);
      this.hasNewer = true;
    }
    return this.above.length > 0;
  }

  async newer(): Promise<void> {
    const last = this.messages.at(-1);
    if (!last || !this.hasNewer || this.loading) return;
    await this.turn(async () => {
      const page = await this.page(`&after_id=${messageUuid(last.id)}`);
      this.messages = [...this.messages, ...page.data.map(read)];
      this.meetsEnd(page);
      if (this.messages.length <= MOST) return;
      this.messages = this.messages.slice(-MOST);
      this.hasOlder = true;
    });
  }

  /** Loads a message and what was said around it, unless it is there; returns false if it does not exist any more. */
  async around(id: number): Promise<boolean> {
    if (this.find(id)) return true;
    await this.turn(async () => {
      const [before, after] = await Promise.all([this.page(`&before_id=${messageUuid(id + 1)}`), this.page(`&after_id=${messageUuid(id)}`)]);
      if (idOfLast(before) !== messageUuid(id)) return;
      this.messages = [...before.data, ...after.data].map(read);
      this.above = [];
      this.hasOlder = before.next_before !== null;
      this.meetsEnd(after);
    });
    return Boolean(this.find(id));
  }

  discard(message: Message): void {
    message.brings?.end.abort();
    this.pending = this.pending.filter((other) => other.key !== message.key);
  }

  /** Marks messages as read, up to one or all of them. Reading a thread does not read the room. */
  seen(upto?: number): void {
    if (this.thread !== null) return;
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
    await request(mine ? "DELETE" : "PUT", `${this.at(message.id)}/reactions/${encodeURIComponent(emoji)}`);
  }

  async pin(message: Message): Promise<void> {
    await request(message.pinned ? "DELETE" : "PUT", `${this.at(message.id)}/pin`);
  }

  find(id: number): Message | undefined {
    const is = (message: Message) => message.id === id;
    return this.messages.find(is) ?? this.above.find(is);
  }

  /** Loads a message again of which a frame has told only a part. */
  async refresh(id: number): Promise<void> {
    this.update([await messageOf(this.id, id)]);
  }

  /** Takes in the acknowledgement of the user's own message, perhaps one that was written before the page was loaded. */
  arrived(key: string, sent: Frames["message_sent"]): void {
    const shown = this.pending.find((message) => message.key === key);
    this.discard({ key } as Message);
    if (!this.onTheirWay) this.free?.();
    if (shown && !this.find(sent.message_id)) {
      this.put({ ...shown, id: sent.message_id, at: sent.timestamp, status: "sent", fresh: false });
    }
    this.reconcile(DELIVERY);
  }

  /** Puts a message that was told into its place, once. */
  hear({ message }: Frames["new_message"]): void {
    const { thread_id: thread } = message;
    const first = thread && message.id > this.heard ? this.find(thread) : undefined;
    if (first) first.replies += 1;
    this.heard = Math.max(this.heard, message.id);
    if (this.thread !== null && thread !== this.thread) return;
    const now = told(message);
    const { content, quote, thread: of, mentions, everybody } = now;
    const known = this.find(message.id);
    if (known) return void Object.assign(known, { content, quote, thread: of, mentions, everybody });
    if (!hasFile(now)) return this.put(now);
    // The message is shown already, and its acknowledgement puts it into its place.
    if (this.pending.some((own) => own.content === content)) return;
    // A frame does not have the size of a picture, without which the messages below would jump.
    const whole = messageOf(this.id, message.id).then((object) => ({ ...read(object), fresh: true }));
    void whole.catch(() => now).then((message) => this.find(message.id) ?? this.put(message));
  }

  forget(id: number): void {
    const gone = this.find(id);
    const first = gone?.thread ? this.find(gone.thread) : undefined;
    if (first?.replies) first.replies -= 1;
    this.messages = this.messages.filter((message) => message !== gone);
    this.above = this.above.filter((message) => message !== gone);
    for (const { quote } of this.messages) if (quote?.id === id) Object.assign(quote, { excerpt: "", deleted: true });
  }

  private put(message: Message): void {
    if (this.hasNewer) return;
    const after = this.messages.findIndex((other) => other.id > message.id);
    this.messages.splice(after < 0 ? this.messages.length : after, 0, message);
    if (this.messages.length > MOST * 2) {
      this.messages = this.messages.slice(-MOST);
      this.hasOlder = true;
    }
  }

  /** Dialect 2 tells that somebody has read, but not how far. So the status of the messages is loaded. */
  reconcile(after: number, tries = 3): void {
    const open = this.messages.slice(-PAGE).filter((message) => message.sender === me.value?.id && message.status !== "read");
    const due = Date.now() + after;
    if (!open.length || this.hasNewer || (this.reconciling && this.due <= due)) return;
    clearTimeout(this.reconciling);
    this.due = due;
    this.reconciling = setTimeout(async () => {
      this.reconciling = undefined;
      const page = await this.page("").catch(() => null);
      this.update(page?.data ?? []);
      // A busy server stores it later. If the reader is away, nothing will change.
      if (tries > 1 && open.some((message) => message.status === "sent")) this.reconcile(after * 3, tries - 1);
    }, after);
  }

  private update(objects: MessageObject[]): void {
    for (const { key: _, ...now } of objects.map(read)) {
      const known = this.find(now.id);
      if (known) Object.assign(known, now);
    }
  }

  /** At the last page the room is followed again, from the page's cursor. */
  private meetsEnd(page: Page): void {
    this.hasNewer = page.data.length === PAGE;
    if (!this.hasNewer) chat.join(this.id, page.cursor);
  }

  private get onTheirWay(): boolean {
    return chat.isConnected() && this.pending.some((message) => message.status === "queued");
  }

  /** Waits for acknowledgements: a page could show a message that was just sent, which would then be there twice. */
  private async settled(): Promise<void> {
    if (!this.onTheirWay) return;
    await new Promise<void>((resolve) => {
      this.free = resolve;
      setTimeout(resolve, ACKNOWLEDGED);
    });
  }

  private page(more: string): Promise<Page> {
    return pageOf(this.id, this.thread, PAGE, more);
  }

  private at(message: number): string {
    return `/api/chats/${this.id}/messages/${message}`;
  }

  private async turn(act: () => Promise<void>): Promise<void> {
    this.loading = true;
    await act().catch(() => {});
    this.loading = false;
  }

  /** Loads what comes before a newest page that does not reach back to the first unread message. */
  private async unreadBefore(page: Page, unread: number): Promise<Pick<Page, "data" | "next_before">> {
    let { next_before, data } = { ...page, data: [] as MessageObject[] };
    const others = () => [...data, ...page.data].filter(byOthers).length;
    while (next_before && others() < unread && data.length + PAGE < MOST) {
      const older = await this.page(`&before_id=${next_before}`);
      data = [...older.data, ...data];
      next_before = older.next_before;
    }
    return { data, next_before };
  }
}

/** Returns the first unread one of these messages, if it is among them. */
const nthUnread = (messages: Message[], unread: number) => messages.filter((message) => message.sender !== me.value?.id).at(-unread);
const byOthers = (object: MessageObject) => idOf(object.user_id) !== me.value?.id;
const idOfLast = (page: Page) => page.data.at(-1)?.id;

const PAGE = 50;
/** How many messages are held: two pages above and below the visible ones. */
const MOST = 250;
/** Deliveries are gathered for up to 200 ms, and stored within a second. */
export const DELIVERY = 1300;
/** How long a page waits at most for acknowledgements. */
const ACKNOWLEDGED = 1000;
