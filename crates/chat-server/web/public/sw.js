// What a browser runs while the page is closed: it shows what the server pushes, and leads to it.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const pages = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

self.addEventListener("push", (event) => {
  let told;
  try {
    told = event.data.json();
  } catch {
    return;
  }
  event.waitUntil(show(told));
});

/** Who looks at the page sees it there. One notification for each chat, the newest. */
async function show({ title, body, chat_id, message_id }) {
  if ((await pages()).some((page) => page.visibilityState === "visible")) return;
  const data = { hash: `${chat_id}${message_id ? `/m${message_id}` : ""}` };
  await self.registration.showNotification(title || "Chat", { body: body ?? "", tag: `chat-${chat_id}`, renotify: true, icon: "/icon-192.png", data });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.hash ?? ""));
});

/** To the message, in a page that is open or in a new one. */
async function lead(hash) {
  const [page] = await pages();
  if (!page) return void (await self.clients.openWindow(`/#${hash}`));
  page.postMessage({ go: hash });
  await page.focus().catch(() => {});
}
