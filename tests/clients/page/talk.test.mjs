// What binds messages to each other and to people: replies, threads, names that are called, pins.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, meetIn } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser, me, anna, vera, chat, page, other;

before(async () => {
  server = await Server.start();
  browser = await launch();
  [me, anna, vera] = [await server.person("maria", "Maria"), await server.person("anna", "Anna Petrova"), await server.person("vera", "Vera")];
  chat = (await me.call("POST", "/api/chats", { type: "group", title: "Release team", member_ids: [anna.id, vera.id] })).data.id;
  [page, other] = await meetIn(browser, server, chat, [me, anna]);
});
after(async () => {
  await browser.close();
  await server.end();
});

const main = (page) => page.locator("main.conversation");
const bubble = (page, text) => main(page).locator(".bubble", { has: page.locator(".text", { hasText: text }) });
const field = (page) => main(page).locator(".composer textarea");

async function say(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
  await bubble(page, text).locator("[data-status]:not([data-status=queued])").waitFor({ state: "attached" });
}

async function act(page, text, action) {
  await bubble(page, text).click({ button: "right" });
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}

test("a reply shows what it answers, and leads there", async () => {
  await say(page, "Who brings cake?");
  await bubble(other, "Who brings cake?").waitFor();
  await act(other, "Who brings cake?", "Reply");
  await other.locator(".replying", { hasText: "Who brings cake?" }).waitFor();
  await say(other, "I do");
  await other.locator(".replying").waitFor({ state: "detached" });
  for (const one of [page, other]) await bubble(one, "I do").locator(".quote", { hasText: "Who brings cake?" }).waitFor();
  await bubble(page, "I do").locator(".answered").click();
  await main(page).locator(".bubble.found", { hasText: "Who brings cake?" }).waitFor();
});

test("an edit and a deletion reach the quotes, too", async () => {
  await say(page, "A detail");
  await act(page, "A detail", "Reply");
  await say(page, "about it");
  await act(page, "A detail", "Edit");
  await say(page, "Another detail");
  await bubble(other, "about it").locator(".quote", { hasText: "Another detail" }).waitFor();
  await act(page, "Another detail", "Delete");
  await page.locator("dialog .danger").click();
  await bubble(other, "about it").locator(".quote", { hasText: "Deleted message" }).waitFor();
});

test("a thread opens beside its chat and is told in both", async () => {
  await bubble(page, "Who brings cake?").getByRole("button", { name: "1 reply" }).click();
  const thread = page.getByRole("complementary", { name: "Thread" });
  await thread.locator(".bubble", { hasText: "I do" }).waitFor();
  await thread.getByPlaceholder("Reply in the thread").fill("Wonderful");
  await thread.getByPlaceholder("Reply in the thread").press("Enter");
  await thread.locator(".bubble", { hasText: "Wonderful" }).waitFor();
  await bubble(other, "Wonderful").waitFor();
  await bubble(other, "Who brings cake?").getByRole("button", { name: "2 replies" }).waitFor();
  await bubble(page, "Who brings cake?").getByRole("button", { name: "2 replies" }).waitFor();
  await say(other, "something else");
  await bubble(page, "something else").waitFor();
  assert.equal(await thread.locator(".bubble", { hasText: "something else" }).count(), 0);
  // One copy in the chat, one in the thread, however often it was told.
  assert.equal(await bubble(page, "Wonderful").count(), 1);
  await page.keyboard.press("Escape");
  await thread.waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "Release team" }).waitFor();
});

test("names are completed, called, shown and counted", async () => {
  await other.goto(`${server.url}/#settings`);
  await field(page).pressSequentially("Look, @pet");
  await page.getByRole("option", { name: "Anna Petrova" }).waitFor();
  await field(page).press("Tab");
  assert.equal(await field(page).inputValue(), "Look, @anna ");
  await field(page).pressSequentially("it works");
  await field(page).press("Enter");
  await bubble(page, "it works").locator(".call", { hasText: "@anna" }).waitFor();
  const row = other.locator(".row", { hasText: "Release team" });
  await row.locator(".badge", { hasText: "@" }).waitFor();
  await row.click();
  await main(other).locator(".bubble.called .call.me", { hasText: "@anna" }).waitFor();
  await row.locator(".badge").first().waitFor({ state: "detached" });
  // What calls nobody is not shown as if it did.
  await say(page, "mail me at a@anna, not @nobody");
  assert.equal(await bubble(other, "mail me").locator(".call").count(), 0);
  await act(page, "it works", "Edit");
  await say(page, "it works without names");
  await bubble(other, "it works without names").waitFor();
  await main(other).locator(".bubble.called").waitFor({ state: "detached" });
});

test("a notification leads to the message that calls one", async () => {
  await say(page, "@anna once more");
  await other.locator(".bubble.called", { hasText: "once more" }).waitFor();
  await other.reload();
  await other.locator(".bell").click();
  await other.locator(".notifications li button", { hasText: "once more" }).click();
  await other.locator(".bubble.found", { hasText: "once more" }).waitFor();
});

test("whoever keeps order pins, everybody sees it and is led there", async () => {
  await act(page, "Who brings cake?", "Pin");
  await other.locator(".pins", { hasText: "Who brings cake?" }).waitFor();
  await act(page, "something else", "Pin");
  await other.locator(".pins", { hasText: "something else" }).waitFor();
  await other.locator(".pins .shown").click();
  await main(other).locator(".bubble.found", { hasText: "something else" }).waitFor();
  await other.locator(".pins", { hasText: "Who brings cake?" }).waitFor();
  await bubble(other, "I do").click({ button: "right" });
  await other.getByRole("menuitem", { name: "Reply", exact: true }).waitFor();
  assert.equal(await other.getByRole("menuitem", { name: "Pin", exact: true }).count(), 0, "a member pins nothing");
  await other.keyboard.press("Escape");
  await page.getByRole("button", { name: "Pinned messages" }).click();
  const list = page.getByRole("dialog", { name: "Pinned messages" });
  await list.locator("li", { hasText: "something else" }).getByRole("button", { name: "Unpin" }).click();
  await list.locator("li", { hasText: "something else" }).waitFor({ state: "detached" });
  await list.locator("li", { hasText: "Who brings cake?" }).locator(".pin").click();
  await act(page, "Who brings cake?", "Unpin");
  await other.locator(".pins").waitFor({ state: "detached" });
});

test("nothing was complained of", () => assert.deepEqual([...page.complaints, ...other.complaints], []));
