import { Kept, type Store } from "./store.js";
import { Refused, Unreachable } from "./trouble.js";
import { upload, type StoredFile, type UploadOptions } from "./uploads.js";

/** A user, as the accounts know them. */
export interface User {
  id: number;
  uuid: string;
  username: string;
  name: string;
  avatar: string;
}

/** The answer to a log-in. */
export interface Tokens {
  user?: User;
  access_token: string;
  refresh_token?: string;
  /** In seconds. */
  expires_in?: number;
}

export interface SessionOptions {
  /** The server's address, such as `https://chat.example`. */
  url: string;
  /**
   * The credential. `"cookie"`: the browser's HttpOnly cookie. Tokens: they are kept in `store`, and renewed before they expire.
   * A function: it is called whenever an access token is needed, and your back end issues one.
   */
  credential?: "cookie" | Tokens | (() => string | Promise<string>);
  store?: Store | null;
  fetch?: typeof fetch;
}

interface Held extends Tokens {
  /** When to renew, in milliseconds since 1970. */
  stale?: number;
}

/** A log-in, and HTTP requests with it. */
export class Session {
  readonly url: string;
  readonly #fetch: typeof fetch;
  readonly #kept: Kept<Held | null>;
  #held: Held | null = null;
  #ask: (() => string | Promise<string>) | null = null;
  #renewing: Promise<void> | null = null;
  #cookie = false;

  constructor(options: SessionOptions) {
    this.url = options.url.replace(/\/$/, "");
    this.#fetch = options.fetch ?? fetch.bind(globalThis);
    this.#kept = new Kept<Held | null>(options.store ?? null, "chat.tokens", null);
    const { credential } = options;
    if (credential === "cookie") this.#cookie = true;
    else if (typeof credential === "function") this.#ask = credential;
    else if (credential) this.#hold(credential);
    else this.#held = this.#kept.read();
  }

  /** Creates an account and logs in. */
  register(account: { username: string; password: string; name?: string; avatar?: string }): Promise<User> {
    return this.#enter("register", account);
  }

  login(username: string, password: string): Promise<User> {
    return this.#enter("login", { username, password });
  }

  /** Logs out. The session is forgotten here even if the server cannot be reached. */
  async logout(): Promise<void> {
    const refresh_token = this.#held?.refresh_token;
    try {
      await this.request("POST", "/api/auth/logout", refresh_token ? { refresh_token } : {});
    } finally {
      this.#held = null;
      this.#kept.write(null);
    }
  }

  /** Returns the token to connect with, or null with a cookie. */
  async token(): Promise<string | null> {
    if (this.#ask) return this.#ask();
    if (this.#held?.stale && this.#held.stale < Date.now()) await this.renew().catch(ignore);
    return this.#held?.access_token ?? null;
  }

  /** Returns the milliseconds until the token on an open socket should be renewed. */
  get freshFor(): number | null {
    return this.#held?.stale ? Math.max(0, this.#held.stale - Date.now()) : null;
  }

  /** Exchanges the refresh token. One tab does it at a time: a refresh token that is used twice ends the log-in. */
  renew(): Promise<void> {
    this.#renewing ??= exclusively("chat.renew", () => this.#renew()).finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  /** Sends a request with the credential, and returns the JSON of the answer. */
  async request<T = unknown>(method: string, path: string, body?: unknown, headers: HeadersInit = {}): Promise<T> {
    const used = await this.token();
    let answer = await this.#call(method, path, body, headers, used);
    if (answer.status === 401 && used) {
      if (!this.#ask) await this.renew();
      answer = await this.#call(method, path, body, headers, await this.token());
    }
    return read<T>(answer);
  }

  /** Uploads a file. A message then has its `url` as content. */
  upload(file: Blob, options: UploadOptions = {}): Promise<StoredFile> {
    return upload(this, this.#fetch, file, options);
  }

  async #enter(how: string, body: unknown): Promise<User> {
    const tokens = await read<Tokens>(await this.#call("POST", `/api/auth/${how}`, body, {}, null));
    if (!this.#cookie) this.#hold(tokens);
    return tokens.user as User;
  }

  async #renew(): Promise<void> {
    const before = this.#held;
    // Another tab may have renewed it already.
    const kept = this.#kept.read();
    if (kept && kept.access_token !== before?.access_token) {
      this.#held = kept;
      return;
    }
    if (!before?.refresh_token) throw new Refused("UNAUTHORIZED", "the session is over");
    const body = { refresh_token: before.refresh_token };
    this.#hold(await read<Tokens>(await this.#call("POST", "/api/auth/refresh", body, {}, null)));
  }

  #hold(tokens: Tokens): void {
    const { access_token, refresh_token, expires_in } = tokens;
    // At half of its life, so that it survives a network that is away for a while.
    const stale = refresh_token && expires_in ? Date.now() + expires_in * 500 : undefined;
    this.#held = { access_token, refresh_token, stale };
    this.#kept.write(this.#held);
  }

  async #call(method: string, path: string, body: unknown, extra: HeadersInit, token: string | null): Promise<Response> {
    const headers = new Headers(extra);
    if (token) headers.set("Authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("Content-Type", "application/json");
    const credentials = this.#cookie ? "same-origin" : "omit";
    try {
      const sent = body === undefined ? undefined : JSON.stringify(body);
      return await this.#fetch(this.url + path, { method, headers, body: sent, credentials });
    } catch (error) {
      throw new Unreachable(error);
    }
  }
}

async function read<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  const json = parse(text);
  if (answer.ok) return json as T;
  const { code, message, ...details } = (json ?? {}) as Record<string, unknown>;
  const after = Number(answer.headers.get("Retry-After"));
  if (after) details["retry_after"] ??= after;
  throw new Refused(String(code ?? answer.status), String(message ?? answer.statusText), details);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function exclusively(name: string, act: () => Promise<void>): Promise<void> {
  const locks = (globalThis.navigator as Navigator | undefined)?.locks;
  return locks ? locks.request(name, act) as Promise<void> : act();
}

const ignore = () => {};
