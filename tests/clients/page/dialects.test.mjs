// One room, five panes, each a real client of one dialect.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serious } from "./axe.mjs";
import { launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

const DIALECTS = ["rest", "multiplexed", "room", "roulette", "socketio"];
let server, browser, page;

before(async () => {
  server = await Server.start();
  browser = await launch();
  page = await visit(browser, { url: `${server.url}/dialects` }, { size: { width: 1600, height: 900 } });
});
after(async () => {
  await browser.close();
  await server.end();
});

const pane = (dialect) => page.locator(`.pane.${dialect}`);
const line = (dialect, text) => pane(dialect).locator("article", { hasText: text });
const everywhere = (what) => Promise.all(DIALECTS.map(what));

async function say(dialect, text) {
  await pane(dialect).locator("form input").fill(text);
  await pane(dialect).locator("form input").press("Enter");
}

test("five guests come into one room", async () => {
  assert.deepEqual(await serious(page), []);
  await page.getByRole("button", { name: "Start with five guests" }).click();
  await everywhere((dialect) => page.locator(`.pane.${dialect}.open`).waitFor());
});

for (const dialect of DIALECTS) {
  test(`what is said, changed, liked and deleted in ${dialect} appears in the other four in their own words`, async () => {
    await say(dialect, `from ${dialect}`);
    await everywhere((other) => line(other, `from ${dialect}`).waitFor());
    await line(dialect, `from ${dialect}`).getByRole("button", { name: "Edit" }).click();
    await say(dialect, `${dialect} once more`);
    await everywhere((other) => line(other, `${dialect} once more`).locator("small").waitFor());
    await line(dialect, `${dialect} once more`).getByRole("button", { name: "Like" }).click();
    await everywhere((other) => line(other, `${dialect} once more`).locator(".on", { hasText: "1" }).waitFor());
    await line(dialect, `${dialect} once more`).getByRole("button", { name: "Delete" }).click();
    await everywhere((other) => line(other, `${dialect} once more`).waitFor({ state: "detached" }));
  });
}

test("the frames are those of the dialects", async () => {
  const words = { rest: '"type":"message_updated"', multiplexed: '"type":"new_message"', room: '"type":"chat_message"', roulette: '"payload"', socketio: "chat:message:new" };
  for (const [dialect, word] of Object.entries(words)) {
    assert.ok((await pane(dialect).locator(".log").textContent()).includes(word), `${dialect} hears ${word}`);
  }
  assert.ok(!(await page.locator(".panes").textContent()).includes("eyJ"), "no token is shown");
});

test("whoever was cut resumes where it was, nothing twice", async () => {
  await pane("room").getByRole("button", { name: "Cut" }).click();
  for (const text of ["one", "two", "three"]) await say("rest", `missed ${text}`);
  await line("socketio", "missed three").waitFor();
  assert.equal(await line("room", "missed").count(), 0);
  await pane("room").getByRole("button", { name: "Resume" }).click();
  await line("room", "missed three").waitFor();
  assert.deepEqual(await said("room", 3), ["missed one", "missed two", "missed three"]);
});

test("a cursor of one dialect is good in another", async () => {
  await pane("multiplexed").getByRole("button", { name: "Cut" }).click();
  await say("roulette", "while it was away");
  await line("rest", "while it was away").waitFor();
  // Socket.IO goes on where the multiplexed client stopped, and is told what that one has missed.
  await pane("multiplexed").getByLabel("Give this cursor to…").selectOption("socketio");
  await pane("socketio").locator(".taken").waitFor();
  await line("socketio", "while it was away").waitFor();
  assert.deepEqual(await said("socketio", 2), ["missed three", "while it was away"]);
  await pane("multiplexed").getByRole("button", { name: "Resume" }).click();
  await line("multiplexed", "while it was away").waitFor();
});

test("polling goes on where the stream was", async () => {
  await pane("rest").getByRole("button", { name: "poll" }).click();
  await page.locator(".pane.rest.open").waitFor();
  await say("socketio", "to the poller");
  await line("rest", "to the poller").waitFor();
  assert.deepEqual(await said("rest", 2), ["while it was away", "to the poller"]);
});

test("the stage is sound in both themes", async () => {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await serious(page), [], colorScheme);
  }
});

test("nothing was complained of", () => assert.deepEqual(page.complaints, []));

async function said(dialect, last) {
  return (await pane(dialect).locator("article .said").allTextContents()).slice(-last);
}
