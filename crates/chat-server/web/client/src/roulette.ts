import { Emitter } from "./emitter.js";
import type { Session } from "./session.js";

/** A match. Its ids are spelled as in dialect 4. */
export interface Match {
  chat_id: string;
  user?: { id?: string; username?: string; name?: string };
}

export interface RouletteEvents {
  match: Match;
  /** The partner has left. */
  left: object;
}

/**
 * Meeting strangers. Only dialect 4 tells what happens there, so this opens a socket of that dialect while somebody attends, and
 * reconnects it.
 */
export class Roulette extends Emitter<RouletteEvents> {
  #session: Session;
  #WebSocket: typeof WebSocket;
  #socket: WebSocket | null = null;
  #opening: Promise<void> | null = null;
  #wanted = false;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session, options: { WebSocket?: typeof WebSocket } = {}) {
    super();
    this.#session = session;
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
  }

  /** Attends: listens from now on. The promise resolves when the socket is open, or could not be opened at first. */
  async attend(): Promise<void> {
    this.#wanted = true;
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    await this.#opening;
  }

  /** Stops listening. */
  ignore(): void {
    this.#wanted = false;
    clearTimeout(this.#again);
    this.#socket?.close();
    this.#socket = null;
  }

  /** Looks for a stranger. Another one who is searching is matched at once; otherwise `match` is told later. */
  search(): Promise<Match | null> {
    return this.#look("search");
  }

  /** Leaves the partner, and looks for the next one. */
  next(): Promise<Match | null> {
    return this.#look("next");
  }

  stop(): Promise<unknown> {
    return this.#session.request("DELETE", "/api/v1/chatroulette/search");
  }

  leave(): Promise<unknown> {
    return this.#session.request("POST", "/api/v1/chatroulette/leave", {});
  }

  async #look(how: string): Promise<Match | null> {
    await this.attend();
    const { data } = await this.#session.request<{ data: { status: string } & Match }>("POST", `/api/v1/chatroulette/${how}`, {});
    return data.status === "matched" ? data : null;
  }

  async #open(): Promise<void> {
    if (this.#socket) return;
    const address = new URL("/api/v1/ws", this.#session.url.replace(/^http/, "ws"));
    const token = await this.#session.token();
    if (token) address.searchParams.set("token", token);
    if (!this.#wanted) return;
    const socket = new this.#WebSocket(address.href);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)));
    await new Promise<unknown>((resolve) => {
      socket.onopen = resolve;
      socket.onclose = () => {
        resolve(null);
        this.#lost(socket);
      };
    });
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#again);
    if (this.#wanted) this.#again = setTimeout(() => void this.attend().catch(() => this.#later()), AGAIN * (0.5 + Math.random()));
  }

  #hear(told: { type: string; chat_id: string | null; payload?: Partial<Match> }): void {
    const { chat_id, user } = told.payload ?? {};
    if (told.type === "chatroulette_match") this.emit("match", { chat_id: told.chat_id ?? chat_id ?? "", ...(user && { user }) });
    if (told.type === "chatroulette_left") this.emit("left", told);
  }
}

const AGAIN = 2000;
