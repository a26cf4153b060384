import type { Connection } from "./connection.js";
import type { Frames, MessageType } from "./events.js";
import { Kept, type Store } from "./store.js";
import { Refused } from "./trouble.js";

/** A message that is not acknowledged yet. */
export interface Draft {
  chat_id: number;
  content: string;
  message_type?: MessageType;
  metadata?: Record<string, unknown>;
  reply_to?: number;
  client_id: string;
}

type Sent = Frames["message_sent"];

/**
 * The messages that are not acknowledged yet. They survive a lost connection and, with a store, the page. Each is sent under its
 * `client_id`, so that repeating it stores it once. In each room only one is under way at a time, which keeps their order.
 */
export class Queue {
  #drafts: Draft[];
  #waiting = new Map<string, { resolve: (sent: Sent) => void; reject: (error: Error) => void }>();
  #flying = new Map<number, string>();
  #pause: ReturnType<typeof setTimeout> | undefined;
  #kept: Kept<Draft[]>;

  constructor(
    private readonly connection: Connection,
    store: Store | null,
  ) {
    this.#kept = new Kept<Draft[]>(store, "chat.queue", []);
    this.#drafts = this.#kept.read();
    connection.on("connected", () => this.#flush());
    connection.on("state", (state) => state.is !== "open" && this.#flying.clear());
    connection.on("message_sent", (frame) => this.#sent(frame));
    connection.on("error", (frame) => this.#refused(frame));
  }

  /** The messages that are not acknowledged yet, oldest first. */
  get drafts(): readonly Draft[] {
    return this.#drafts;
  }

  /** Sends a message now, or as soon as there is a connection. The promise settles with the server's answer. */
  send(draft: Draft): Promise<Sent> {
    if (this.#drafts.length >= MOST) return Promise.reject(new Refused("QUEUE_FULL", "too much is waiting to be sent"));
    this.#drafts = [...this.#drafts, draft];
    this.#kept.change((kept) => [...kept, draft]);
    const settled = new Promise<Sent>((resolve, reject) => this.#waiting.set(draft.client_id, { resolve, reject }));
    this.#flush();
    return settled;
  }

  #flush(): void {
    if (this.#pause || !this.connection.isOpen) return;
    for (const draft of this.#drafts) {
      if (this.#flying.has(draft.chat_id)) continue;
      if (this.connection.say({ type: "send_message", ...draft })) this.#flying.set(draft.chat_id, draft.client_id);
    }
  }

  #sent(frame: Sent): void {
    const draft = this.#take(frame.client_id);
    if (draft) this.#waiting.get(draft.client_id)?.resolve(frame);
    this.#settle(draft);
  }

  #refused(frame: Frames["error"]): void {
    const trouble = new Refused(frame.code, frame.message, { ...frame });
    if (!this.#drafts.some((draft) => draft.client_id === frame.client_id)) return;
    if (trouble.passing) return this.#later();
    const draft = this.#take(frame.client_id);
    if (draft) this.#waiting.get(draft.client_id)?.reject(trouble);
    this.#settle(draft);
  }

  #later(): void {
    this.#flying.clear();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#flush();
    }, PAUSE);
  }

  #take(client_id: string | undefined): Draft | undefined {
    const draft = this.#drafts.find((draft) => draft.client_id === client_id);
    this.#drafts = this.#drafts.filter((other) => other !== draft);
    this.#kept.change((kept) => kept.filter((other) => other.client_id !== client_id));
    return draft;
  }

  #settle(draft: Draft | undefined): void {
    if (!draft) return;
    this.#waiting.delete(draft.client_id);
    if (this.#flying.get(draft.chat_id) === draft.client_id) this.#flying.delete(draft.chat_id);
    this.#flush();
  }
}

const MOST = 500;
/** The pause after a temporary refusal. */
const PAUSE = 1500;
