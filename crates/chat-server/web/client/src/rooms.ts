import type { Connection, Frame } from "./connection.js";
import { Kept, type Store } from "./store.js";

/** The joined rooms and their cursors: after a loss each resumes exactly where it stopped. */
export class Rooms {
  #joined = new Set<number>();
  #cursors: Map<number, string>;
  #reads = new Map<number, number>();
  /** Rooms whose join is not answered yet. Frames before the answer do not belong to the new position. */
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

  /** Joins a room: from a cursor, from where it stopped, or from now on. Joining again with a cursor replays from it. */
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

  /** Returns the cursor of a room. It is good in every dialect. */
  cursor(chat: number): string | undefined {
    return this.#cursors.get(chat);
  }

  /** Marks messages as read, up to this one. Without a connection it is sent after the next one. */
  read(chat: number, message: number): void {
    if (message <= (this.#reads.get(chat) ?? 0)) return;
    this.#reads.set(chat, message);
    this.connection.say({ type: "read_messages", chat_id: chat, message_id: message });
  }

  #resume(): void {
    for (const chat of this.#joined) this.#say(chat);
    // Positions only move forward, so repeating one does no harm.
    for (const [chat_id, message_id] of this.#reads) {
      this.connection.say({ type: "read_messages", chat_id, message_id });
    }
  }

  #say(chat: number): void {
    const said = this.connection.say({ type: "join_chat", chat_id: chat, cursor: this.#cursors.get(chat) ?? "" });
    if (said) this.#asked.set(chat, (this.#asked.get(chat) ?? 0) + 1);
  }

  /** Runs after the handlers: a frame's cursor counts only once the frame was handled. */
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

/** How many cursors are kept between visits. Further rooms are loaded anew. */
const KEPT = 500;
