// A pane: a real client of one dialect, which shows its frames as they are.
import { reactive } from "vue";
import { fold, type Folded } from "./fold.js";
import { call, type Guest } from "./stage.js";

export interface Frame {
  key: number;
  out: boolean;
  text: string;
}

/** Something that a client can do, in the words of its dialect. */
export interface Deed {
  send?: string;
  typing?: boolean;
  edit?: { id: number; text: string };
  remove?: number;
  like?: { id: number; on: boolean };
}

let keys = 0;

export abstract class Client {
  readonly frames: Frame[] = reactive([]);
  readonly folded: Folded = reactive({ lines: [], typing: new Set<number>(), cursor: "" });
  readonly link = reactive<{ is: "cut" | "opening" | "open"; taken: string }>({ is: "cut", taken: "" });

  constructor(
    readonly guest: Guest,
    readonly chat: number,
  ) {}

  /** The address that this client connects to. */
  abstract readonly address: string;

  protected abstract open(): void;
  protected abstract close(): void;
  abstract act(deed: Deed): void;

  /** Connects from the cursor at which this pane, or another one, stopped. */
  connect(): void {
    this.link.is = "opening";
    this.open();
  }

  cut(): void {
    this.link.is = "cut";
    this.folded.typing.clear();
    this.close();
  }

  /** Goes on from where a client of another dialect stopped. */
  take(from: Client): void {
    this.cut();
    this.folded.cursor = from.folded.cursor;
    // Lines that are told from here on are new to it.
    this.folded.lines = from.folded.lines.map((line) => ({ ...line }));
    this.link.taken = from.guest.dialect;
    this.connect();
  }

  protected opened(): void {
    this.link.is = "open";
  }

  /** Reconnects after a connection that ended without having been cut. */
  protected lost(again: () => void): void {
    if (this.link.is === "cut") return;
    this.link.is = "opening";
    setTimeout(() => this.link.is === "opening" && again(), 1000);
  }

  protected hear(text: string, type: string, data: Record<string, unknown>, cursor?: unknown): void {
    this.show(false, text);
    fold(this.folded, type, data);
    if (typeof cursor === "string" && cursor) this.folded.cursor = cursor;
  }

  protected show(out: boolean, text: string): void {
    this.frames.push({ key: (keys += 1), out, text });
    this.frames.splice(0, this.frames.length - MOST);
  }

  /** Sends a request, and shows it like a frame. */
  protected async ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    this.show(true, `${method} ${path}${body === undefined ? "" : ` ${JSON.stringify(body)}`}`);
    return call<T>(this.guest, method, path, body, signal);
  }

  /** Returns an address for display, without the token. */
  protected url(path: string, query: Record<string, string>): URL {
    const url = new URL(path, location.origin);
    for (const [name, value] of Object.entries({ token: this.guest.token, ...query })) url.searchParams.set(name, value);
    return url;
  }
}

const MOST = 120;
