// The server of this page, the user who is logged in, and the one connection.
import { Chat, type State, type Store, type User } from "chat-client";
import { provideChat } from "chat-client/vue";
import { reactive, shallowRef } from "vue";
import { tellFrame } from "./embedded.js";

/** What the server tells a page about itself: whether there are no accounts yet, and whether anybody may create one. */
export interface About {
  first: boolean;
  registration: boolean;
}

export const me = shallowRef<User | null>(null);
export const connection = reactive<{ state: State; everOpen: boolean }>({ state: { is: "idle" }, everOpen: false });

/** The token of an embedded page, or of a link that logs in. It stays in this tab. */
const TOKEN = "chat.token";
const given = /[#&]token=([^&]+)/.exec(location.hash)?.[1];
if (given) {
  sessionStorage.setItem(TOKEN, given);
  // Addresses are copied and shown to others, so the token must not stay in this one. The chat to begin with may.
  const first = /[#&]chat=(\d+)/.exec(location.hash)?.[1];
  history.replaceState(null, "", location.pathname + location.search + (first ? `#${first}` : ""));
}

const WHO = "chat.who";

/** The queue is stored under the user's name. Cursors are not stored, since a page loads its history anew. */
const mine: Store | null = {
  getItem: (key) => (kept(key) ? localStorage.getItem(kept(key)!) : null),
  setItem: (key, value) => void (kept(key) && localStorage.setItem(kept(key)!, value)),
  removeItem: (key) => void (kept(key) && localStorage.removeItem(kept(key)!)),
};

function kept(key: string): string | null {
  const who = localStorage.getItem(WHO);
  return key === "chat.queue" && who ? `${key}.${who}` : null;
}

export const chat = newChat();

function newChat(): Chat {
  const token = sessionStorage.getItem(TOKEN);
  const credential = token ? { access_token: token } : "cookie";
  const chat = provideChat({ url: location.origin, credential, store: mine, features: "all" });
  chat.on("state", (state) => {
    connection.state = state;
    connection.everOpen ||= state.is === "open";
    if (state.is === "ended" && state.why === "unauthorized") {
      me.value = null;
      tellFrame({ chat: "ended" });
    }
  });
  return chat;
}

export async function about(): Promise<About> {
  try {
    return (await (await fetch("/page.json")).json()) as About;
  } catch {
    return { first: false, registration: true };
  }
}

/** Returns the user of the cookie or token, if it is still good. The server is not asked if nobody ever logged in here. */
export async function recall(): Promise<void> {
  if (!localStorage.getItem(WHO) && !sessionStorage.getItem(TOKEN)) return;
  const answer = await chat.session.request<{ data: User }>("GET", "/api/auth/me").catch(() => null);
  if (!answer) return;
  enter(answer.data);
  // The page is being reloaded; anything shown until then would only flash.
  if (!me.value) await new Promise(() => {});
}

export function enter(user: User): void {
  const before = localStorage.getItem(WHO);
  localStorage.setItem(WHO, String(user.id));
  // The queue was read under another user's name, or this user has a queue that was not read.
  const waits = localStorage.getItem(`chat.queue.${user.id}`) !== null;
  if (before !== String(user.id) && (before !== null || waits)) return location.reload();
  me.value = user;
  chat.connect();
}

export const leave = () => endSession(() => chat.session.logout().catch(() => {}));

/** Ends the session on the server and on this page. */
export async function endSession(end: () => Promise<unknown>): Promise<void> {
  // Before the server does it: being closed by the server would show the log-in form, which the reload would then clear.
  chat.disconnect();
  try {
    await end();
  } catch (error) {
    chat.connect();
    throw error;
  }
  sessionStorage.removeItem(TOKEN);
  localStorage.removeItem(WHO);
  history.replaceState(null, "", "/");
  location.reload();
}

/** Sends a request in the user's name, with all features. */
export const request = <T>(method: string, path: string, body?: unknown) => chat.session.request<T>(method, path, body, { "X-Chat-Features": "all" });
