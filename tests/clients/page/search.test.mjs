// Searching: chats by name, messages by their words, in all chats or in one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser, me, anna, team, direct, page;

before(async () => {
  server = await Server.start();
  browser = await launch();
  [me, anna] = [await server.person("maria", "Maria"), await server.person("anna", "Anna Petrova")];
  team = (await me.call("POST", "/api/chats", { type: "group", title: "Release team", member_ids: [anna.id] })).data.id;
  direct = (await me.call("POST", "/api/chats", { type: "direct", username: "anna" })).data.id;
  await say(team, "The <b>harbour</b> is where ships are safe, and boats");
  for (let number = 0; number < 120; number += 1) await say(team, `line ${number}`);
  await say(direct, "Корабли стоят в гавани");
  await say(direct, "Did you see the harbours of Hamburg?");
  // What is read is not loaded with the newest page.
  await me.call("POST", `/api/chats/${team}/read`, {});
  await found("harbours", 2);
  page = await visit(browser, server);
  await enter(page, me);
});
after(async () => {
  await browser.close();
  await server.end();
});

const say = (chat, content) => anna.call("POST", `/api/chats/${chat}/messages`, { content });
const field = () => page.getByRole("searchbox");
const hit = (text) => page.locator(".found li", { hasText: text });

/** The index follows within a second, or later on a busy machine. */
async function found(word, count) {
  while ((await me.call("GET", `/api/search?q=${word}`)).data.length < count) await new Promise((resolve) => setTimeout(resolve, 100));
}

test("chats by name and messages by any form of a word are found, with the words marked", async () => {
  await field().fill("release");
  await page.locator(".sidebar .row", { hasText: "Release team" }).waitFor();
  await page.locator(".sidebar .row", { hasText: "Anna Petrova" }).waitFor({ state: "detached" });
  await field().fill("harbour");
  await hit("Hamburg").waitFor();
  assert.deepEqual(await hit("Hamburg").locator("mark").allTextContents(), ["harbours"]);
  assert.deepEqual(await hit("ships are safe").locator("mark").allTextContents(), ["harbour"]);
  // What was found is text, too.
  await hit("<b>harbour</b> is where").waitFor();
  await field().fill("корабль");
  await hit("Корабли стоят").waitFor();
  await hit("Hamburg").waitFor({ state: "detached" });
});

test("what was found is shown in its place, far above the newest, and the way back follows the room", async () => {
  await field().fill('"ships are safe"');
  await hit("ships are safe").locator("button").click();
  await page.locator(".bubble.found", { hasText: "ships are safe" }).waitFor();
  assert.equal(await page.locator(".bubble", { hasText: "line 119" }).count(), 0);
  await page.getByRole("button", { name: "To the newest message" }).click();
  await page.locator(".bubble", { hasText: "line 119" }).waitFor();
  await say(team, "told live");
  await page.locator(".bubble", { hasText: "told live" }).waitFor();
});

test("one chat is searched alone, and what nobody said is not found", async () => {
  await page.getByRole("button", { name: "Search this chat" }).click();
  await page.getByRole("button", { name: "Search all chats" }).waitFor();
  await field().fill("harbour");
  await hit("ships are safe").waitFor();
  assert.equal(await hit("Hamburg").count(), 0);
  await field().fill("zeppelin");
  await page.getByRole("heading", { name: "Nothing found" }).waitFor();
  await field().press("Escape");
  await page.locator(".sidebar .row", { hasText: "Anna Petrova" }).waitFor();
});

test("the line where unread begins is in its place, however far above that is", async () => {
  const chat = (await me.call("POST", "/api/chats", { type: "group", title: "Far above", member_ids: [anna.id] })).data.id;
  for (let number = 0; number < 30; number += 1) await say(chat, `read ${number}`);
  await me.call("POST", `/api/chats/${chat}/messages`, { content: "my own" });
  await me.call("POST", `/api/chats/${chat}/read`, {});
  for (let number = 0; number < 340; number += 1) await say(chat, `far ${number}`);
  await page.locator(".sidebar .row", { hasText: "Far above" }).locator(".badge", { hasText: "99+" }).waitFor();
  await page.locator(".sidebar .row", { hasText: "Far above" }).click();
  await page.locator(".unread-line").waitFor();
  const order = await page.locator(".stream").evaluate((stream) => [...stream.querySelectorAll(".unread-line, .bubble .text")].map((element) => element.textContent));
  const line = order.indexOf("Unread messages");
  assert.deepEqual(order.slice(line - 1, line + 2), ["my own", "Unread messages", "far 0"]);
  assert.equal(order.includes("far 339"), false);
  await page.getByRole("button", { name: "To the newest message" }).click();
  await page.locator(".bubble", { hasText: "far 339" }).waitFor();
});

test("a long list of what was found comes page by page", async () => {
  await found("line", 20);
  await field().fill("line");
  await hit("line 119").waitFor();
  const before = await page.locator(".found li").count();
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator(".found li").nth(before).waitFor();
  assert.deepEqual(page.complaints, []);
});
