// The page as an application of its own, and what is told while it is closed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serious } from "./axe.mjs";
import { enter, launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser, me, page, chat;
const asked = [];

before(async () => {
  server = await Server.start();
  browser = await launch();
  me = await server.person("maria", "Maria");
  await server.person("anna", "Anna Petrova");
  chat = (await me.call("POST", "/api/chats", { type: "direct", username: "anna" })).data.id;
  page = await visit(browser, server);
  await page.context().grantPermissions(["notifications"], { origin: server.url });
  // No browser of a test is known to a push service: where it would ask one, and what the server answers, is put in here.
  await page.context().addInitScript(() => {
    let kept = null;
    const made = { endpoint: "https://push.example/1", toJSON: () => ({ endpoint: "https://push.example/1", keys: { p256dh: "p", auth: "a" } }), unsubscribe: async () => !(kept = null) };
    PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => (kept = userVisibleOnly && applicationServerKey === "the-key" ? made : null);
    PushManager.prototype.getSubscription = async () => kept;
  });
  await page.context().route("**/api/push/key", (route) => route.fulfill({ json: { data: { key: "the-key" } } }));
  await page.context().route("**/api/push/subscriptions", (route) => {
    asked.push([route.request().method(), route.request().postDataJSON()]);
    return route.fulfill({ status: route.request().method() === "PUT" ? 201 : 204, body: "" });
  });
  await page.reload();
  await enter(page, me);
});
after(async () => {
  await browser.close();
  await server.end();
});

test("the page can be installed", async () => {
  const engine = await page.context().newCDPSession(page);
  const { installabilityErrors } = await engine.send("Page.getInstallabilityErrors");
  // A context of a test counts as a private window.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
  const manifest = await (await fetch(`${server.url}/manifest.webmanifest`)).json();
  for (const { src, type } of manifest.icons) {
    const icon = await fetch(server.url + src);
    assert.deepEqual([icon.status, icon.headers.get("content-type")], [200, type]);
  }
});

test("one says on which device one is told, and takes it back", async () => {
  await page.goto(`${server.url}/#settings`);
  const device = page.getByRole("switch", { name: "Notifications on this device" });
  await device.click();
  await page.locator("[role=switch][aria-checked=true]").waitFor();
  assert.deepEqual(await serious(page), []);
  await device.click();
  await page.locator("[role=switch][aria-checked=false]").waitFor();
  const body = { endpoint: "https://push.example/1", keys: { p256dh: "p", auth: "a" } };
  assert.deepEqual(asked, [["PUT", body], ["DELETE", body]]);
});

test("what is pushed is shown once for each chat, as text, and leads to its message", async () => {
  const { id } = (await me.call("POST", `/api/chats/${chat}/messages`, { content: "Hello" })).data;
  const engine = await page.context().newCDPSession(page);
  const registered = new Promise((done) =>
    engine.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: [first] }) => first && done(first.registrationId)),
  );
  await engine.send("ServiceWorker.enable");
  // A browser ends it when it likes, and begins it anew.
  const worker = async () => page.context().serviceWorkers().at(-1) ?? (await page.context().waitForEvent("serviceworker"));
  const registrationId = await registered;
  const pushed = async (told) => engine.send("ServiceWorker.deliverPushMessage", { origin: server.url, registrationId, data: JSON.stringify(told) });
  const told = async () => (await worker()).evaluate(async () => (await self.registration.getNotifications()).map(({ title, body }) => [title, body]));
  // Who looks at the page is told nothing beside it.
  await pushed({ type: "message", chat_id: chat, message_id: id, title: "Anna", body: "seen" });
  await page.goto("about:blank");
  for (const body of ["first", "<b>second</b>"]) {
    // Until the browser has put the page away somebody still looks at it, and nothing is shown.
    do {
      await pushed({ type: "message", chat_id: chat, message_id: id, title: "Anna Petrova", body });
      await page.waitForTimeout(100);
    } while ((await told())[0]?.[1] !== body);
  }
  assert.deepEqual(await told(), [["Anna Petrova", "<b>second</b>"]]);
  await page.goto(server.url);
  await page.locator(".sidebar .row").first().waitFor();
  await (await worker()).evaluate(async () => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  });
  await page.locator(`.conversation[data-chat="${chat}"] .bubble.found`, { hasText: "Hello" }).waitFor();
  assert.deepEqual(page.complaints, []);
});

test("one says of which messages of a chat one is told, wherever one looks next", async () => {
  const level = async () => (await me.call("GET", `/api/chats/${chat}/notify`)).data.level;
  assert.equal(await level(), "all");
  const open = async () => {
    await page.goto(`${server.url}/#${chat}`);
    await page.locator(`.conversation[data-chat="${chat}"] .who`).click();
    const choice = page.getByLabel("Notifications of this chat");
    await choice.waitFor();
    return choice;
  };
  const choice = await open();
  assert.equal(await choice.inputValue(), "all");
  const heard = page.waitForResponse((answer) => answer.url().endsWith("/notify") && answer.request().method() === "PUT");
  await choice.selectOption("Where I am mentioned");
  await heard;
  assert.equal(await level(), "mentions");
  assert.deepEqual(await serious(page), []);
  await page.reload();
  assert.equal(await (await open()).inputValue(), "mentions");
});
