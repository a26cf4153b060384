import { Connection, type ConnectionOptions, type Events, type State } from "./connection.js";
import type { Commands, Frames, MessageType } from "./events.js";
import { Queue, type Draft } from "./queue.js";
import { Rooms } from "./rooms.js";
import { Session, type SessionOptions } from "./session.js";
import type { StoredFile, UploadOptions } from "./uploads.js";

export interface ChatOptions extends SessionOptions, ConnectionOptions {}

export interface SendOptions {
  message_type?: MessageType;
  metadata?: Record<string, unknown>;
  reply_to?: number;
  /**
   * The message's own name. It is made here unless you give one, so that sending the same message again, whatever happens, stores
   * it once.
   */
  client_id?: string;
}

/** Any command of document 2. */
export type Command = Commands[keyof Commands];

/** A chat over one connection: the rooms that are joined, and a queue of what is not sent yet. */
export class Chat {
  readonly session: Session;
  readonly #connection: Connection;
  readonly #rooms: Rooms;
  readonly #queue: Queue;
  #typed = new Map<number, number>();

  constructor(options: ChatOptions) {
    const store = options.store ?? null;
    this.session = new Session(options);
    this.#connection = new Connection(this.session, connectionOptions(options));
    this.#rooms = new Rooms(this.#connection, store);
    this.#queue = new Queue(this.#connection, store);
  }

  /**
   * Subscribes to frames by their type, to `state` for the connection's, or to `frame` and `sent` for all. Returns the function
   * that unsubscribes.
   */
  on<Type extends keyof Events>(type: Type, handler: (value: Events[Type]) => void): () => void {
    return this.#connection.on(type, handler);
  }

  connect(): void {
    this.#connection.connect();
  }

  /** Tries to connect at once, for a button beside "Reconnecting…". */
  retry(): void {
    this.#connection.retry();
  }

  disconnect(): void {
    this.#connection.disconnect();
  }

  isConnected(): boolean {
    return this.#connection.isOpen;
  }

  get state(): State {
    return this.#connection.state;
  }

  /** Sends a command as it is; returns false while there is no connection. */
  say(command: Command): boolean {
    return this.#connection.say(command);
  }

  /** Joins a room, and replays from a cursor if one is given. */
  join(chat: number, cursor?: string): void {
    this.#rooms.join(chat, cursor);
  }

  leave(chat: number): void {
    this.#rooms.leave(chat);
  }

  /** Tells whether a room is joined. */
  hears(chat: number): boolean {
    return this.#rooms.has(chat);
  }

  /** Returns the cursor of a room. It is good in every dialect. */
  cursor(chat: number): string | undefined {
    return this.#rooms.cursor(chat);
  }

  /** Sends a message now or after the next connection, exactly once. */
  send(chat: number, content: string, options: SendOptions = {}): Promise<Frames["message_sent"]> {
    this.#typed.delete(chat);
    return this.#queue.send({ chat_id: chat, content, client_id: newId(), ...options });
  }

  /** The messages that are not acknowledged yet. */
  get drafts(): readonly Draft[] {
    return this.#queue.drafts;
  }

  /** Sends a sign of typing. Call it at every key: repeats are left out. */
  typing(chat: number, isTyping = true): void {
    const now = Date.now();
    if (isTyping && now - (this.#typed.get(chat) ?? 0) < TYPING) return;
    if (!isTyping && !this.#typed.has(chat)) return;
    if (isTyping) this.#typed.set(chat, now);
    else this.#typed.delete(chat);
    this.say({ type: "typing", chat_id: chat, is_typing: isTyping });
  }

  /** Uploads a file, going on after every loss of the connection. Then `send` its `url` with the fitting `message_type`. */
  upload(file: Blob, options?: UploadOptions): Promise<StoredFile> {
    return this.session.upload(file, options);
  }

  read(chat: number, message: number): void {
    this.#rooms.read(chat, message);
  }

  edit(chat: number, message: number, content: string): Promise<unknown> {
    return this.session.request("PATCH", `/api/chats/${chat}/messages/${message}`, { content });
  }

  delete(chat: number, message: number): Promise<unknown> {
    return this.session.request("DELETE", `/api/chats/${chat}/messages/${message}`);
  }

  like(chat: number, message: number, on = true): Promise<unknown> {
    return this.session.request(on ? "PUT" : "DELETE", `/api/chats/${chat}/messages/${message}/like`);
  }
}

/** Returns a new unique name. `crypto.randomUUID` does not exist on plain HTTP. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Leaves out what was not given, so that it does not hide a default. */
function connectionOptions(options: ChatOptions): ConnectionOptions {
  const { WebSocket, attempts, delay, features } = options;
  return Object.fromEntries(Object.entries({ WebSocket, attempts, delay, features }).filter(([, given]) => given !== undefined));
}

/** The server passes a repeated sign on only after two seconds. */
const TYPING = 2000;
