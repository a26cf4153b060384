// The server that this page came from, who is logged in, and the one connection.
import { Chat, type State, type Store, type User } from "chat-client";
import { provideChat } from "chat-client/vue";
import { reactive, shallowRef } from "vue";
import { tellFrame } from "./embedded.js";

/** What the server says about itself to a page: whether nobody has an account yet, and whether anybody may make one. */
export interface About {
  first: boolean;
  registration: boolean;
}

export const me = shallowRef<User | null>(null);
export const connection = reactive<{ state: State; everOpen: boolean }>({ state: { is: "idle" }, everOpen: false });

/** Whether the page is embedded in another site, or was opened by a link that logs in: the token stays in this tab. */
const TOKEN = "chat.token";
const given = /[#&]token=([^&]+)/.exec(location.hash)?.[1];
if (given) {
  sessionStorage.setItem(TOKEN, given);
  // The address is copied and looked at; a token has no business in it. The chat to begin with may stay.
  const first = /[#&]chat=(\d+)/.exec(location.hash)?.[1];
  history.replaceState(null, "", location.pathname + location.search + (first ? `#${first}` : ""));
}

const WHO = "chat.who";

/** What waits to be sent is kept, under the name of whoever wrote it. Cursors are not: a page loads its history anew. */
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

/** Whoever the cookie or the token names, if it is still good. Who never logged in here need not be asked for. */
export async function recall(): Promise<void> {
  if (!localStorage.getItem(WHO) && !sessionStorage.getItem(TOKEN)) return;
  const answer = await chat.session.request<{ data: User }>("GET", "/api/auth/me").catch(() => null);
  if (!answer) return;
  enter(answer.data);
  // The page is being loaded anew: whatever it showed until then would only flash.
  if (!me.value) await new Promise(() => {});
}

export function enter(user: User): void {
  const before = localStorage.getItem(WHO);
  localStorage.setItem(WHO, String(user.id));
  // The queue was read under another name, or under none while this one has something waiting.
  const waits = localStorage.getItem(`chat.queue.${user.id}`) !== null;
  if (before !== String(user.id) && (before !== null || waits)) return location.reload();
  me.value = user;
  chat.connect();
}

export const leave = () => endSession(() => chat.session.logout().catch(() => {}));

/** Ends the session on the server, and here, where nobody is logged in then. */
export async function endSession(end: () => Promise<unknown>): Promise<void> {
  // Before the server does: being thrown out would show the log-in, and loading the page anew would take away what is written there.
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

/** A request in the user's name; the page understands everything that may be asked for. */
export const request = <T>(method: string, path: string, body?: unknown) => chat.session.request<T>(method, path, body, { "X-Chat-Features": "all" });
