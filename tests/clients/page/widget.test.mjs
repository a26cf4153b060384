// The widget: a chat in somebody else's site, whose back end says who the visitor is. The site is `examples/widget`.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serious } from "./axe.mjs";
import { launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

const SHOP = fileURLToPath(new URL("../../../examples/widget/shop.mjs", import.meta.url));
let server, shop, shopUrl, browser, desk;

before(async () => {
  const [secret, key, port] = [randomBytes(32).toString("hex"), randomBytes(32).toString("hex"), await freePort()];
  shopUrl = `http://127.0.0.1:${port}`;
  server = await Server.start({ "jwt-secret": secret, "api-key": key, "jwt-issuer": "shop", "frame-ancestors": shopUrl });
  shop = spawn("node", [SHOP, server.url, String(port)], { env: { ...process.env, SECRET: secret, KEY: key }, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => createInterface({ input: shop.stdout }).once("line", resolve));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  shop?.kill();
  await server?.end();
});

async function freePort() {
  const holder = createServer();
  await new Promise((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address();
  await new Promise((resolve) => holder.close(resolve));
  return port;
}

test("three lines put a chat into a site, where visitors are who the site says", async () => {
  const page = await visit(browser, { url: shopUrl });
  const button = page.getByRole("button", { name: "Ask us" });
  await button.click();
  const inside = page.frameLocator("iframe");
  await inside.locator(".sidebar .row", { hasText: "The shop" }).click();
  await inside.getByPlaceholder("Message").fill("Where is my parcel?");
  await inside.getByRole("button", { name: "Send" }).click();
  await inside.locator(".bubble", { hasText: "Where is my parcel?" }).locator("[data-status]:not([data-status=queued])").waitFor({ state: "attached" });
  // What belongs to the page of a chat server, and not into a corner of somebody's site, is left out.
  assert.equal(await inside.getByRole("button", { name: "Meet a stranger" }).count(), 0);
  // Closed over the open conversation: what comes now is not read.
  await button.click();

  desk = await visit(browser, { url: `${shopUrl}/desk` });
  await desk.locator(".row", { hasText: "Where is my parcel?" }).click();
  await desk.getByPlaceholder("Message").fill("On its way");
  await desk.getByRole("button", { name: "Send" }).click();
  await page.getByRole("button", { name: "Ask us (1)" }).click();
  await inside.locator(".bubble", { hasText: "On its way" }).waitFor();
  // It was read, so the bubble is gone.
  await page.getByRole("button", { name: "Ask us", exact: true }).waitFor();
  await inside.locator(".composer textarea").press("Escape");
  await inside.locator(".sidebar input").press("Escape");
  await inside.locator(".sidebar .row").first().press("Escape");
  await page.getByRole("button", { name: "Ask us", expanded: false }).waitFor();
  assert.deepEqual([...page.complaints, ...desk.complaints].filter((text) => !text.includes("favicon")), []);
});

test("attributes say where it stands, how it speaks and looks", async () => {
  const page = await visit(browser, { url: shopUrl }, { theme: "dark", language: "ru-RU" });
  const button = page.getByRole("button", { name: "Ask us" });
  const { x } = await button.boundingBox();
  assert.ok(x < 100, "on the left");
  await button.click();
  const inside = page.frameLocator("iframe");
  await inside.getByRole("heading", { name: "Chats" }).waitFor();
  const look = (what) => inside.locator("html").evaluate((html, what) => getComputedStyle(html)[what], what);
  assert.equal(await look("colorScheme"), "light");
  assert.deepEqual(await serious(page), []);
  assert.equal(await inside.locator("html").evaluate((html) => html.style.getPropertyValue("--fill")), "#0b6e4f");
});

test("a site that was not named cannot show it", async () => {
  const policy = (await fetch(server.url)).headers.get("content-security-policy");
  assert.match(policy, new RegExp(`frame-ancestors ${shopUrl}$`));
  const closed = await Server.start();
  assert.match((await fetch(closed.url)).headers.get("content-security-policy"), /frame-ancestors 'none'$/);
  await closed.end();
});
