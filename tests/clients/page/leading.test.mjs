// Groups that are led, and people who block each other.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serious } from "./axe.mjs";
import { enter, launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser, chat;
const people = {};
const pages = {};

before(async () => {
  server = await Server.start();
  browser = await launch();
  for (const [username, name] of [["maria", "Maria"], ["anna", "Anna Petrova"], ["boris", "Boris"]]) people[username] = await server.person(username, name);
  const { maria, anna, boris } = people;
  chat = (await maria.call("POST", "/api/chats", { type: "group", title: "Release team", member_ids: [anna.id, boris.id] })).data.id;
  for (const content of ["Buy this!", "And this!"]) await boris.call("POST", `/api/chats/${chat}/messages`, { content });
  for (const username of Object.keys(people)) {
    pages[username] = await visit(browser, server);
    await enter(pages[username], people[username]);
    await pages[username].goto(`${server.url}/#${chat}`);
    await pages[username].locator(".bubble", { hasText: "And this!" }).waitFor();
  }
});
after(async () => {
  await browser.close();
  await server.end();
});

const field = (page) => page.locator(".composer textarea");
const press = (page, name) => page.getByRole("dialog").getByRole("button", { name, exact: true }).click();

/** Opens what can be done about somebody. */
async function manage(page, name) {
  await page.locator(".who").first().click();
  await press(page, `Manage: ${name}`);
}

async function close(page) {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

test("an owner appoints a moderator, whom everybody sees as one", async () => {
  await manage(pages.maria, "Anna Petrova");
  assert.deepEqual(await serious(pages.maria), []);
  await press(pages.maria, "Make a moderator");
  await pages.maria.locator("dialog li", { hasText: "Anna Petrova" }).getByText("moderator").waitFor();
  await close(pages.maria);
  await pages.boris.locator(".who").click();
  await pages.boris.locator("dialog li", { hasText: "Anna Petrova" }).getByText("moderator").waitFor();
  assert.equal(await pages.boris.getByRole("button", { name: /^Manage/ }).count(), 0, "a member manages nobody");
  await close(pages.boris);
});

test("who is muted reads why there is no field, until they may speak again", async () => {
  await manage(pages.anna, "Boris");
  assert.equal(await pages.anna.getByRole("button", { name: "Hand the group over" }).count(), 0, "a moderator appoints nobody");
  await press(pages.anna, "Mute");
  await pages.anna.getByLabel("For how long").selectOption("An hour");
  await pages.anna.getByLabel("Reason").fill("advertising");
  await press(pages.anna, "Mute");
  await pages.boris.getByText("You are muted here until").waitFor();
  await field(pages.boris).waitFor({ state: "detached" });
  assert.deepEqual(await serious(pages.boris), []);
  await press(pages.anna, "Manage: Boris");
  await press(pages.anna, "Let them speak again");
  await field(pages.boris).waitFor();
  await close(pages.anna);
});

test("a group is frozen and slowed down, and members see it", async () => {
  await pages.anna.locator(".who").click();
  await press(pages.anna, "Lead the group");
  await pages.anna.getByLabel("Freeze: only moderators write").check();
  await pages.boris.getByText("The group is frozen").waitFor();
  assert.ok(await field(pages.maria).isVisible(), "its owner writes");
  await pages.anna.getByLabel("Freeze: only moderators write").uncheck();
  await pages.anna.getByLabel("Slow mode").selectOption("One message every 10 s");
  await pages.boris.getByPlaceholder("Message (one every 10 s)").waitFor();
  await pages.anna.getByLabel("Slow mode").selectOption("Off");
  await pages.boris.getByPlaceholder("Message", { exact: true }).waitFor();
  assert.deepEqual(await serious(pages.anna), []);
  await close(pages.anna);
});

test("who is banned is out with what they wrote, stands in the list and in the log, and is let back in", async () => {
  await manage(pages.anna, "Boris");
  await press(pages.anna, "Ban");
  await pages.anna.getByLabel("For how long").selectOption("For good");
  await pages.anna.getByLabel("Reason").fill("once more");
  await pages.anna.getByLabel("Delete what they wrote").check();
  await press(pages.anna, "Ban");
  await pages.boris.locator(".sidebar .row").waitFor({ state: "detached" });
  await pages.maria.locator(".bubble", { hasText: "Buy this!" }).waitFor({ state: "detached" });
  await close(pages.anna);
  await pages.maria.locator(".who").click();
  await press(pages.maria, "Lead the group");
  await pages.maria.locator("dialog .banned", { hasText: "Boris" }).getByText("For good · once more").waitFor();
  await pages.maria.locator("dialog ol li", { hasText: "Anna Petrova banned Boris: once more" }).waitFor();
  await pages.maria.locator("dialog ol li", { hasText: "Maria changed the role of Anna Petrova" }).waitFor();
  assert.deepEqual(await serious(pages.maria), []);
  await pages.maria.locator("dialog .banned").getByRole("button", { name: "Let back in" }).click();
  await pages.maria.getByText("Nobody is.").waitFor();
  await close(pages.maria);
});

test("a group is handed over", async () => {
  await manage(pages.maria, "Anna Petrova");
  await press(pages.maria, "Hand the group over");
  await press(pages.maria, "Hand the group over");
  await pages.maria.locator("dialog li", { hasText: "Anna Petrova" }).getByText("owner").waitFor();
  await close(pages.maria);
  await pages.anna.locator(".who").click();
  await pages.anna.getByRole("button", { name: "Delete the group" }).waitFor();
  await close(pages.anna);
});

test("who is blocked cannot write any more, and the blocker takes it back", async () => {
  const { maria, boris } = people;
  const direct = (await maria.call("POST", "/api/chats", { type: "direct", username: "boris" })).data.id;
  for (const who of ["maria", "boris"]) {
    await pages[who].goto(`${server.url}/#${direct}`);
    await pages[who].locator(`.conversation[data-chat="${direct}"]`).waitFor();
  }
  await pages.maria.locator(".who").click();
  await press(pages.maria, "Block");
  await close(pages.maria);
  await pages.maria.getByText("You have blocked Boris.").waitFor();
  await field(pages.boris).fill("Buy that!");
  await field(pages.boris).press("Enter");
  await pages.boris.locator(".bubble.failed", { hasText: "Buy that!" }).waitFor();
  await pages.maria.goto(`${server.url}/#settings`);
  assert.deepEqual(await serious(pages.maria), []);
  await pages.maria.getByRole("button", { name: "Unblock: Boris" }).click();
  await pages.maria.getByRole("button", { name: "Unblock: Boris" }).waitFor({ state: "detached" });
  await boris.call("POST", `/api/chats/${direct}/messages`, { content: "Peace" });
});

test("a message is reported, and nobody in the chat hears of it", async () => {
  await pages.maria.locator(".sidebar .row", { hasText: "Boris" }).click();
  await pages.maria.locator(".bubble", { hasText: "Peace" }).click({ button: "right" });
  await pages.maria.getByRole("menuitem", { name: "Report" }).click();
  await pages.maria.getByLabel("What is wrong with it?").fill("It is not meant");
  await pages.maria.getByRole("dialog").getByRole("button", { name: "Report" }).click();
  await pages.maria.getByText("Reported. Nobody here is told.").waitFor();
  const { data } = await (await fetch(`${server.adminUrl}/admin/api/reports`)).json();
  assert.deepEqual(data.map(({ reason, state }) => [reason, state]), [["It is not meant", "open"]]);
});

test("nothing was complained of", () => {
  for (const page of Object.values(pages)) assert.deepEqual(page.complaints, []);
});
