// `chat-server demo`: a link that logs in, to people who live.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

test("the demo's link leads to people who are there, type, read and answer", async (t) => {
  const server = await Server.start({}, ["demo"]);
  t.after(() => server.end());
  const browser = await launch();
  t.after(() => browser.close());
  const [link, token] = server.said.match(/http:\S+\/#token=(\S+)/);
  const page = await visit(browser, { url: link });
  await page.locator(".row", { hasText: "Release team" }).waitFor();
  // A token in the address would be copied and looked at.
  assert.ok(!page.url().includes(token));
  await page.locator(".row", { hasText: "Anna Petrova" }).click();
  await page.locator("small.live", { hasText: "online" }).waitFor();
  await page.locator(".unread-line").waitFor();
  const before = await page.locator(".bubble").count();
  await page.locator(".composer textarea").fill("Hello there");
  // That somebody types is there for two seconds only: who began to look later might miss it.
  const types = page.locator("small", { hasText: "typing" }).waitFor();
  await Promise.all([types, page.locator(".composer textarea").press("Enter")]);
  await page.locator(".bubble", { hasText: "Hello there" }).locator("[data-status=read]").waitFor({ state: "attached" });
  await page.locator(".bubble").nth(before + 1).waitFor();
  assert.deepEqual(page.complaints, []);
});
