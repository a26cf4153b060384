import { Emitter } from "./emitter.js";
import type { Frames } from "./events.js";
import type { Session } from "./session.js";
import { Refused } from "./trouble.js";

/**
 * The state of the connection. `waiting`: the quick attempts were in vain, further ones are rare. `ended`: it does not reconnect
 * by itself.
 */
export type State =
  | { is: "idle" | "connecting" | "open" | "waiting" }
  | { is: "reconnecting"; attempt: number; of: number }
  | { is: "ended"; why: "unauthorized" | "removed" };

/** A frame of any type; `frame.type` tells which. */
export type Frame = Frames[keyof Frames];

export type Events = Frames & { state: State; frame: Frame; sent: object };

export interface ConnectionOptions {
  WebSocket?: typeof WebSocket;
  /** How many quick attempts there are after a loss [5]. */
  attempts?: number;
  /** Milliseconds before the first attempt [1000]. The pause doubles each time, up to 15 s, less a random part. */
  delay?: number;
  /** The additions to ask for, such as `replies,reactions`. */
  features?: string;
}

/** The WebSocket: it connects, pings, and reconnects after a loss. It does not know what is sent over it. */
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

  /** Connects, unless the connection is open or being opened. */
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

  /** Closes the connection, and does not reconnect. */
  disconnect(): void {
    this.#wanted = false;
    this.#drop();
    this.#become({ is: "idle" });
  }

  /** Sends a frame; returns false if the connection is not open. */
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
    // Without this, an unanswered handshake would wait for the browser's timeout of minutes.
    this.#timers.pong = setTimeout(() => this.#lost(socket), PONG);
    // `close` follows an error, with everything that can be known.
    socket.onerror = () => {};
  }

  #hear(text: string): void {
    clearTimeout(this.#timers.pong);
    this.#timers.pong = undefined;
    const frame = JSON.parse(text) as Frame;
    // First for those who want every frame, then for those who want this type.
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

  /** Notices by a missing pong that a socket is dead. */
  #ping(): void {
    this.say({ type: "ping" });
    const socket = this.#socket;
    this.#timers.pong ??= setTimeout(() => socket && this.#lost(socket), PONG);
  }

  /** Sends a new token over the open socket, which goes on. */
  async #renew(socket: WebSocket): Promise<void> {
    try {
      await this.#session.renew();
    } catch {
      // The server will close with 4401, and that is handled there.
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
    // A refused handshake looks like an unreachable server. A request over HTTP tells them apart.
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
    // When a server stops, thousands lose it at once and must not come back at once.
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
/** The longest time that `setTimeout` can count. */
const LONGEST = 2 ** 31 - 1;
