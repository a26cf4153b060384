// One's account, and chats that one leaves, ends or hides.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser, me, anna, page;

before(async () => {
  server = await Server.start();
  browser = await launch();
  [me, anna] = [await server.person("maria", "Maria"), await server.person("anna", "Anna Petrova")];
  page = await visit(browser, server);
  await enter(page, me);
});
after(async () => {
  await browser.close();
  await server.end();
});

const settings = () => page.goto(`${server.url}/#settings`);
const button = (name) => page.getByRole("button", { name, exact: true });
const row = (name) => page.locator(".sidebar .row", { hasText: name });

async function chat(body) {
  const { id } = (await me.call("POST", "/api/chats", body)).data;
  await page.goto(`${server.url}/#${id}`);
  await page.locator(`.conversation[data-chat="${id}"]`).waitFor();
  await page.locator(".who").click();
  return id;
}

test("a name is changed, and others see the new one", async () => {
  await settings();
  await button("Edit the profile").click();
  await page.getByLabel("Name").fill("Maria Keller");
  await page.getByLabel("Address of a picture").fill(`${server.url}/favicon.svg`);
  await button("Save").click();
  await page.getByRole("heading", { name: "Maria Keller" }).waitFor();
  await page.locator(".account img").waitFor();
  const found = (await anna.call("GET", "/api/users?query=maria")).data[0];
  assert.deepEqual([found.name, found.avatar], ["Maria Keller", `${server.url}/favicon.svg`]);
});

test("a password is changed by who knows the old one, and other places are logged out", async () => {
  const elsewhere = await visit(browser, server);
  await enter(elsewhere, me);
  await settings();
  await button("Change the password").click();
  await page.getByLabel("The password until now").fill("wrong horse");
  await page.getByLabel("New password").fill("battery staple");
  await button("Save").click();
  await page.getByRole("alert").getByText("This is not your password").waitFor();
  await page.getByLabel("The password until now").fill(me.password);
  await button("Save").click();
  await page.getByText("The password was changed").waitFor();
  await elsewhere.getByRole("heading", { name: "Log in" }).waitFor();
  await elsewhere.context().close();
  me.password = "battery staple";
  me.tokens = (await anna.call("POST", "/api/auth/login", me));
  me.call = (...request) => server.call(me.tokens.access_token, ...request);
  await page.reload();
  await page.getByRole("heading", { name: "Maria Keller" }).waitFor();
});

test("a direct chat is hidden until somebody writes", async () => {
  const id = await chat({ type: "direct", username: "anna" });
  await button("Hide the chat").click();
  await row("Anna Petrova").waitFor({ state: "detached" });
  await anna.call("POST", `/api/chats/${id}/messages`, { content: "Hello?" });
  await row("Anna Petrova").getByText("Hello?").waitFor();
});

test("a group is left by who is in it and ended by who owns it", async () => {
  const visitor = await visit(browser, server);
  await enter(visitor, anna);
  await chat({ type: "group", title: "For a while", member_ids: [anna.id] });
  const theirs = visitor.locator(".sidebar .row", { hasText: "For a while" });
  await theirs.waitFor();
  await button("Delete the group").click();
  await page.getByText("for everybody?").waitFor();
  await page.locator("dialog footer .danger").click();
  await row("For a while").waitFor({ state: "detached" });
  await theirs.waitFor({ state: "detached" });
  const left = await chat({ type: "group", title: "Without me", member_ids: [anna.id] });
  await button("Leave the group").click();
  await button("Leave").click();
  await row("Without me").waitFor({ state: "detached" });
  assert.equal((await anna.call("GET", `/api/chats/${left}`)).data.members_count, 1);
  assert.deepEqual(visitor.complaints, []);
  await visitor.context().close();
});

test("an account is deleted by who knows its password, and nobody logs in to it", async () => {
  await settings();
  await button("Delete the account").first().click();
  await page.getByText("Your name, picture and memberships").waitFor();
  await page.getByLabel("Password").fill(me.password);
  await button("Delete the account").last().click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.getByLabel("Username").fill(me.username);
  await page.locator("#password").fill(me.password);
  await page.locator("form .button").click();
  await page.getByRole("alert").waitFor();
  assert.deepEqual((await anna.call("GET", "/api/users?query=maria")).data, []);
});

test("nothing was complained of", () => {
  // Refusals that were asked for, and the address of the log-in that is refused.
  assert.deepEqual(page.complaints.filter((text) => !/status of 40[13]/.test(text)), []);
});
