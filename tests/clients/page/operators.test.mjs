// The operators' page: what the server does, live, on their own address alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import WebSocket from "ws";
import { Chat } from "../../../crates/chat-server/web/client/dist/index.js";
import { serious } from "./axe.mjs";
import { launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

test("operators see connections and messages as they happen, and a server that is gone", async (t) => {
  const server = await Server.start();
  t.after(() => server.end());
  const browser = await launch();
  t.after(() => browser.close());
  const person = await server.person("anna");
  const chatId = (await person.call("POST", "/api/chats", { type: "group", title: "tea", member_ids: [] })).data.id;
  const page = await visit(browser, { url: server.adminUrl });
  const chart = (name) => page.locator(".chart", { has: page.getByRole("heading", { name, exact: true }) });
  await page.locator(".state.ready").waitFor();
  const chat = new Chat({ url: server.url, credential: person.tokens, WebSocket });
  t.after(() => chat.disconnect());
  chat.connect();
  await chart("Connections").locator("b", { hasText: "1" }).waitFor();
  await chart("Connections").locator("footer", { hasText: "multiplexed" }).waitFor();
  // A rate is there as long as something goes on.
  let seen = false;
  const busy = (async () => {
    for (; !seen; await pause(50)) await chat.send(chatId, "one more");
  })();
  await chart("Commands from sockets").locator("b", { hasNotText: /^0$/ }).waitFor();
  seen = true;
  await busy;
  await assert.rejects(chat.send(chatId, "  "), { code: "INVALID_DATA" });
  await page.locator(".refusals td", { hasText: "INVALID_DATA" }).waitFor();
  assert.equal((await fetch(`${server.url}/operators`)).status, 404);
  assert.deepEqual(page.complaints, []);
  await server.kill();
  await page.locator(".state.unreachable").waitFor();
  await page.screenshot({ path: process.env.PICTURE ?? "/dev/null", type: "png" });
});

test("operators find people and rooms, see why a message did not arrive, and close connections with their token", async (t) => {
  const token = "operators of the page";
  const server = await Server.start({ "admin-token": token });
  t.after(() => server.end());
  const browser = await launch();
  t.after(() => browser.close());
  const person = await server.person("anna");
  const chatId = (await person.call("POST", "/api/chats", { type: "group", title: "tea", member_ids: [] })).data.id;
  const message = (await person.call("POST", `/api/chats/${chatId}/messages`, { content: "hello" })).data.id;
  await person.call("POST", `/api/chats/${chatId}/messages/${message}/reports`, { reason: "rude <b>words</b>" });
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws?token=${person.tokens.access_token}`);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await new Promise((resolve) => socket.once("open", resolve));
  const page = await visit(browser, { url: server.adminUrl });
  await page.getByText("You may only look").waitFor();
  await page.getByLabel("Name, title or id").fill("te");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByRole("button", { name: /^tea/ }).click();
  await page.locator(".room", { hasText: "anna" }).waitFor();
  await page.getByLabel("Name, title or id").fill("an");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByRole("button", { name: /anna/ }).click();
  await page.locator(".person .connection", { hasText: "multiplexed" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Close" }).count(), 0, "without the token");
  await page.getByLabel("Person").fill("anna");
  await page.getByLabel("Message").fill(String(message));
  await page.getByRole("button", { name: "Explain" }).click();
  await page.locator("dt", { hasText: "member_since" }).waitFor();
  await page.locator(".reports tr", { hasText: "rude <b>words</b>" }).getByText("Open").waitFor();
  await page.locator(".reports").getByRole("button", { name: "Room" }).click();
  await page.locator(".room h3", { hasText: "tea" }).waitFor();
  await page.getByLabel("Operators' token").fill(token);
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("You may close connections").waitFor();
  await page.locator(".person .connection").getByRole("button", { name: "Close" }).click();
  assert.equal(await closed, 4403);
  await page.getByText("Settings in force").click();
  await page.locator("tr", { hasText: "admin_token" }).getByText("command line").waitFor();
  assert.equal(await page.getByText(token).count(), 0);
  assert.deepEqual(await serious(page), []);
  assert.deepEqual(page.complaints, []);
});

test("operators see the webhooks, and why one is behind", async (t) => {
  const key = "the-key-of-the-back-end";
  const server = await Server.start({ "api-key": key, "allow-private-webhooks": true });
  t.after(() => server.end());
  const browser = await launch();
  t.after(() => browser.close());
  const page = await visit(browser, { url: server.adminUrl });
  await page.getByText("No back end has subscribed").waitFor();
  // Nobody listens there.
  const body = JSON.stringify({ url: "http://127.0.0.1:9/hook", events: ["message.created"] });
  const headers = { "X-Api-Key": key, "Content-Type": "application/json" };
  assert.equal((await fetch(`${server.url}/api/v2/server/webhooks`, { method: "POST", headers, body })).status, 201);
  const person = await server.person("anna");
  const chatId = (await person.call("POST", "/api/chats", { type: "group", title: "tea", member_ids: [] })).data.id;
  await person.call("POST", `/api/chats/${chatId}/messages`, { content: "hello" });
  const row = page.locator(".webhooks tr", { hasText: "http://127.0.0.1:9/hook" });
  await page.getByRole("button", { name: "Look again" }).click();
  await row.getByText("message.created").waitFor();
  // It is tried, fails, and is noted: each of these is seen by who looks again.
  while (!(await row.filter({ hasText: "Fails" }).filter({ hasText: "held back" }).count())) {
    await page.getByRole("button", { name: "Look again" }).click();
    await page.waitForTimeout(200);
  }
  assert.deepEqual(await serious(page), []);
});

test("operators see whom a back end had erased, and that it is done", async (t) => {
  const key = "the-key-of-the-back-end";
  const server = await Server.start({ "api-key": key });
  t.after(() => server.end());
  const browser = await launch();
  t.after(() => browser.close());
  const page = await visit(browser, { url: server.adminUrl });
  await page.getByText("Nobody was erased").waitFor();
  const person = await server.person("anna");
  const chatId = (await person.call("POST", "/api/chats", { type: "group", title: "tea", member_ids: [] })).data.id;
  await person.call("POST", `/api/chats/${chatId}/messages`, { content: "hello" });
  const { id } = (await person.call("GET", "/api/v2/auth/me")).data;
  const address = `${server.url}/api/v2/server/users/${id}?messages=delete`;
  assert.equal((await fetch(address, { method: "DELETE", headers: { "X-Api-Key": key } })).status, 202);
  const row = page.locator(".erasures tr", { hasText: id });
  while (!(await row.filter({ hasText: "deleted" }).filter({ hasText: "Done" }).count())) {
    await page.getByRole("button", { name: "Look again" }).click();
    await page.waitForTimeout(200);
  }
  assert.deepEqual(await serious(page), []);
  assert.deepEqual(page.complaints, []);
});
