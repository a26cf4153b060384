import { Emitter } from "./emitter.js";
import type { Frames } from "./events.js";
import type { Session } from "./session.js";
import { Refused } from "./trouble.js";

/** How the connection is. `waiting`: the quick attempts are used up, it is tried seldom. `ended`: it does not come back by itself. */
export type State =
  | { is: "idle" | "connecting" | "open" | "waiting" }
  | { is: "reconnecting"; attempt: number; of: number }
  | { is: "ended"; why: "unauthorized" | "removed" };

/** One frame, of any type; `frame.type` tells which. */
export type Frame = Frames[keyof Frames];

export type Events = Frames & { state: State; frame: Frame; sent: object };

export interface ConnectionOptions {
  WebSocket?: typeof WebSocket;
  /** Quick attempts after a loss; 5. */
  attempts?: number;
  /** Milliseconds before the first of them; 1000. Each takes twice as long, up to 15 s, less a random part. */
  delay?: number;
  /** Additions to ask for, such as `replies,reactions`. */
  features?: string;
}

/** The one WebSocket: opens, stays, comes back. What is said on it is the others' business. */
export class Connection extends Emitter<Events> {
  #session: Session;
  #options: Required<Omit<ConnectionOptions, "features">> & { features: string };
  #socket: WebSocket | null = null;
  #state: State = { is: "idle" };
  #attempt = 0;
  #timers: { again?: Timer; ping?: Timer; pong?: Timer; renew?: Timer } = {};
  #wanted = false;

  constructor(session: Session, options: ConnectionOptions) {
    super();
    this.#session = session;
    this.#options = { WebSocket: globalThis.WebSocket, attempts: 5, delay: 1000, features: "", ...options };
    globalThis.addEventListener?.("online", () => this.#wanted && this.retry());
    globalThis.addEventListener?.("offline", () => this.#socket && this.#lost(this.#socket));
  }

  get state(): State {
    return this.#state;
  }

  get isOpen(): boolean {
    return this.#state.is === "open";
  }

  /** Opens the connection, if it is not open or on its way. */
  connect(): void {
    if (this.#wanted && this.#state.is !== "ended") return;
    this.#wanted = true;
    this.#attempt = 0;
    this.#become({ is: "connecting" });
    void this.#open();
  }

  /** Tries at once instead of waiting for the next attempt. */
  retry(): void {
    if (this.#socket) return;
    this.#wanted = true;
    this.#attempt = 0;
    this.#again(0);
  }

  /** Closes, for good. */
  disconnect(): void {
    this.#wanted = false;
    this.#drop();
    this.#become({ is: "idle" });
  }

  /** Says this, if the connection is open. */
  say(frame: object): boolean {
    if (!this.isOpen) return false;
    this.#socket?.send(JSON.stringify(frame));
    this.emit("sent", frame);
    return true;
  }

  async #open(): Promise<void> {
    let token: string | null;
    try {
      token = await this.#session.token();
    } catch (error) {
      return this.#failed(error);
    }
    if (!this.#wanted || this.#socket) return;
    const address = new URL("/ws", this.#session.url.replace(/^http/, "ws"));
    if (token) address.searchParams.set("token", token);
    if (this.#options.features) address.searchParams.set("features", this.#options.features);
    const socket = new this.#options.WebSocket(address.href);
    this.#socket = socket;
    socket.onmessage = (event) => socket === this.#socket && this.#hear(String(event.data));
    socket.onclose = (event) => this.#lost(socket, event.code);
    // Whom nobody answers does not wait for the browser's minutes.
    this.#timers.pong = setTimeout(() => this.#lost(socket), PONG);
    // `close` follows, with all that can be known.
    socket.onerror = () => {};
  }

  #hear(text: string): void {
    clearTimeout(this.#timers.pong);
    this.#timers.pong = undefined;
    const frame = JSON.parse(text) as Frame;
    // Once more for those who look at everything, before those who act on it.
    this.emit("frame", frame);
    if (frame.type === "connected") this.#opened();
    this.emit(frame.type, frame as never);
  }

  #opened(): void {
    this.#attempt = 0;
    this.#become({ is: "open" });
    this.#timers.ping = setInterval(() => this.#ping(), PING);
    this.#renewInTime();
  }

  /** A socket that has died without a word is noticed by the missing pong. */
  #ping(): void {
    this.say({ type: "ping" });
    const socket = this.#socket;
    this.#timers.pong ??= setTimeout(() => socket && this.#lost(socket), PONG);
  }

  /** The socket goes on with the new token: nobody notices. */
  async #renew(socket: WebSocket): Promise<void> {
    try {
      await this.#session.renew();
    } catch {
      // The server will close with 4401, and what then happens is written there.
      return;
    }
    const token = await this.#session.token();
    if (socket !== this.#socket) return;
    if (token) this.say({ type: "auth", token });
    this.#renewInTime();
  }

  #renewInTime(): void {
    const [socket, fresh] = [this.#socket, this.#session.freshFor];
    if (!socket || fresh === null) return;
    this.#timers.renew = setTimeout(() => void this.#renew(socket), Math.min(fresh, LONGEST));
  }

  #lost(socket: WebSocket, code = 0): void {
    if (socket !== this.#socket) return;
    const wasOpen = this.isOpen;
    this.#drop();
    if (!this.#wanted) return;
    if (code === REMOVED) return this.#end("removed");
    // A refused handshake looks like an unreachable server; HTTP says which it is.
    if (code === EXPIRED || !wasOpen) void this.#reenter();
    else this.#again();
  }

  async #reenter(): Promise<void> {
    try {
      await this.#session.request("GET", "/api/auth/me");
      if (this.#wanted) this.#again();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!this.#wanted) return;
    if (error instanceof Refused && error.code === "UNAUTHORIZED") this.#end("unauthorized");
    else this.#again();
  }

  #again(after?: number): void {
    clearTimeout(this.#timers.again);
    const { attempts, delay } = this.#options;
    this.#attempt += 1;
    const quick = this.#attempt <= attempts;
    const wait = quick ? Math.min(delay * 2 ** (this.#attempt - 1), LONGEST_DELAY) : SELDOM;
    this.#become(quick ? { is: "reconnecting", attempt: this.#attempt, of: attempts } : { is: "waiting" });
    // Thousands lose their server in the same moment; they must not come back in the same moment.
    this.#timers.again = setTimeout(() => void this.#open(), after ?? wait * (0.5 + Math.random() / 2));
  }

  #end(why: "unauthorized" | "removed"): void {
    this.#wanted = false;
    this.#become({ is: "ended", why });
  }

  #drop(): void {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers = {};
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #become(state: State): void {
    this.#state = state;
    this.emit("state", state);
  }
}

type Timer = ReturnType<typeof setTimeout>;

const EXPIRED = 4401;
const REMOVED = 4403;
const PING = 25_000;
const PONG = 10_000;
const LONGEST_DELAY = 15_000;
const SELDOM = 30_000;
/** What `setTimeout` can count. */
const LONGEST = 2 ** 31 - 1;
