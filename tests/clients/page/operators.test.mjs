// The operators' page: what the server does, live, on their own address alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import WebSocket from "ws";
import { Chat } from "../../../crates/chat-server/web/client/dist/index.js";
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
  for (const content of ["one", "two", "three"]) await chat.send(chatId, content);
  await chart("Commands from sockets").locator("b", { hasNotText: /^0$/ }).waitFor();
  await assert.rejects(chat.send(chatId, "  "), { code: "INVALID_DATA" });
  await page.locator(".refusals td", { hasText: "INVALID_DATA" }).waitFor();
  assert.equal((await fetch(`${server.url}/operators`)).status, 404);
  assert.deepEqual(page.complaints, []);
  await server.kill();
  await page.locator(".state.unreachable").waitFor();
  await page.screenshot({ path: process.env.PICTURE ?? "/dev/null", type: "png" });
});
