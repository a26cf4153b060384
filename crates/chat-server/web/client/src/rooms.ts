import type { Connection, Frame } from "./connection.js";
import { Kept, type Store } from "./store.js";

/** Which rooms are heard, and how far: after every loss each goes on exactly where it was. */
export class Rooms {
  #joined = new Set<number>();
  #cursors: Map<number, string>;
  #reads = new Map<number, number>();
  /** Rooms whose join is not answered: what comes before the answer is not yet from where the join begins. */
  #asked = new Map<number, number>();
  #kept: Kept<[number, string][]>;

  constructor(
    private readonly connection: Connection,
    store: Store | null,
  ) {
    this.#kept = new Kept<[number, string][]>(store, "chat.cursors", []);
    this.#cursors = new Map(this.#kept.read());
    connection.on("connected", () => this.#resume());
    connection.on("state", (state) => state.is !== "open" && this.#asked.clear());
    connection.on("frame", (frame) => this.#note(frame));
  }

  /** Hears a room: from a cursor, from where one was, or from now on. Joining again with a cursor replays from it. */
  join(chat: number, cursor?: string): void {
    const again = this.#joined.has(chat);
    if (cursor !== undefined) this.#move(chat, cursor);
    this.#joined.add(chat);
    if (!again || cursor !== undefined) this.#say(chat);
  }

  leave(chat: number): void {
    this.#joined.delete(chat);
    this.connection.say({ type: "leave_chat", chat_id: chat });
  }

  has(chat: number): boolean {
    return this.#joined.has(chat);
  }

  /** Where one is in a room; good in every dialect. */
  cursor(chat: number): string | undefined {
    return this.#cursors.get(chat);
  }

  /** Marks as read up to a message. What cannot be said now is said on coming back. */
  read(chat: number, message: number): void {
    if (message <= (this.#reads.get(chat) ?? 0)) return;
    this.#reads.set(chat, message);
    this.connection.say({ type: "read_messages", chat_id: chat, message_id: message });
  }

  #resume(): void {
    for (const chat of this.#joined) this.#say(chat);
    // Positions only grow, so saying one again does no harm.
    for (const [chat_id, message_id] of this.#reads) {
      this.connection.say({ type: "read_messages", chat_id, message_id });
    }
  }

  #say(chat: number): void {
    const said = this.connection.say({ type: "join_chat", chat_id: chat, cursor: this.#cursors.get(chat) ?? "" });
    if (said) this.#asked.set(chat, (this.#asked.get(chat) ?? 0) + 1);
  }

  /** A frame's cursor counts once its frame was handled, so this runs after the handlers. */
  #note(frame: Frame): void {
    if (!("chat_id" in frame)) return;
    const { chat_id } = frame;
    if (frame.type === "joined_chat") this.#answered(chat_id);
    if (!("cursor" in frame) || !frame.cursor || this.#asked.has(chat_id)) return;
    const { cursor } = frame;
    queueMicrotask(() => this.#move(chat_id, cursor));
  }

  #answered(chat: number): void {
    const left = (this.#asked.get(chat) ?? 1) - 1;
    if (left) this.#asked.set(chat, left);
    else this.#asked.delete(chat);
  }

  #move(chat: number, cursor: string): void {
    this.#cursors.set(chat, cursor);
    this.#kept.write([...this.#cursors].slice(-KEPT));
  }
}

/** Cursors that are kept between visits; who has more rooms loads the others anew. */
const KEPT = 500;
