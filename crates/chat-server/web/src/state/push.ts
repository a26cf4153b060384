// Notifications while the page is closed: the browser's own push.
import { reactive } from "vue";
import { embedded } from "./embedded.js";
import { go } from "./route.js";
import { chat, request } from "./server.js";

/** `unknown` until the server was asked; `none` if the browser or the server has no push. */
export const push = reactive<{ is: "unknown" | "none" | "off" | "on" | "forbidden"; busy: boolean }>({ is: "unknown", busy: false });

let key = "";

const can = () => !embedded && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const subscription = async () => (await navigator.serviceWorker.ready).pushManager.getSubscription();

/** Asks the browser and, if somebody might want pushes, the server. */
export async function lookAtPush(): Promise<void> {
  if (push.is !== "unknown") return;
  if (!can()) return void (push.is = "none");
  const told = await request<{ data: { key: string } }>("GET", "/api/push/key").catch(() => null);
  if (!told) return void (push.is = "none");
  key = told.data.key;
  const kept = await subscription();
  push.is = kept ? "on" : Notification.permission === "denied" ? "forbidden" : "off";
  // From now on, whoever logs in here gets the pushes.
  if (kept) await tell("PUT", kept);
}

async function tell(method: string, kept: PushSubscription): Promise<void> {
  const { endpoint, keys } = kept.toJSON();
  await request(method, "/api/push/subscriptions", { endpoint, keys });
}

/** Asks the browser, and tells the server where to push to. */
export async function turnOn(): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") return void (push.is = "forbidden");
  const { pushManager } = await navigator.serviceWorker.ready;
  const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await tell("PUT", made);
  push.is = "on";
}

export async function turnOff(): Promise<void> {
  const kept = await subscription();
  if (kept) {
    await tell("DELETE", kept).catch(() => {});
    await kept.unsubscribe();
  }
  push.is = "off";
}

/** Called before the session ends: the next user must not get the pushes of this one. */
export const forgetPush = () => (push.is === "on" ? turnOff().catch(() => {}) : Promise.resolve());

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", ({ data }) => typeof data?.go === "string" && /^\d+(\/m\d+)?$/.test(data.go) && go(data.go));
}
chat.on("state", (state) => state.is === "open" && can() && Notification.permission === "granted" && void lookAtPush().catch(() => {}));
if (can()) void navigator.serviceWorker.register("/sw.js").catch(() => {});
