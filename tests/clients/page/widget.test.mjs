// The widget: a chat in somebody else's site, whose back end says who the visitor is.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser, site, siteUrl, anna, visitor;

before(async () => {
  site = createServer((request, response) => {
    if (request.url === "/token") {
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify({ access_token: visitor.tokens.access_token }));
    }
    response.setHeader("content-type", "text/html");
    // A site with a strict policy of its own.
    response.setHeader("content-security-policy", `default-src 'self'; script-src ${server.url}; frame-src ${server.url}`);
    const script = `<script src="${server.url}/widget.js" async data-token-url="/token" data-language="ru" data-position="left"></script>`;
    response.end(`<!doctype html><title>A shop</title><h1>A shop</h1>${script}`);
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  siteUrl = `http://127.0.0.1:${site.address().port}`;
  server = await Server.start({ "frame-ancestors": siteUrl });
  [anna, visitor, browser] = [await server.person("anna", "Anna"), await server.person("visitor"), await launch()];
});
after(async () => {
  await browser.close();
  site.close();
  await server.end();
});

test("three lines put a chat into a site: unread bubble, conversation, language", async () => {
  const chat = (await anna.call("POST", "/api/chats", { type: "direct", username: "visitor" })).data.id;
  await anna.call("POST", `/api/chats/${chat}/messages`, { content: "How can I help?" });
  const page = await visit(browser, { url: siteUrl });
  const button = page.getByRole("button", { name: "Chat (1)" });
  await button.waitFor();
  await button.click();
  const inside = page.frameLocator("iframe");
  await inside.locator(".row", { hasText: "Anna" }).click();
  await inside.locator(".bubble", { hasText: "How can I help?" }).waitFor();
  await inside.getByPlaceholder("Сообщение").fill("Where is my parcel?");
  await inside.getByRole("button", { name: "Отправить" }).click();
  await inside.locator(".bubble", { hasText: "Where is my parcel?" }).locator("[data-status=sent], [data-status=delivered]").waitFor({ state: "attached" });
  const { data } = await anna.call("GET", `/api/chats/${chat}/messages`);
  assert.equal(data.at(-1).content, "Where is my parcel?");
  // It was read, so the bubble is gone.
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  assert.deepEqual(page.complaints.filter((text) => !text.includes("favicon")), []);
});

test("a site that was not named cannot show it", async () => {
  const policy = (await fetch(server.url)).headers.get("content-security-policy");
  assert.match(policy, new RegExp(`frame-ancestors ${siteUrl}$`));
  const closed = await Server.start();
  assert.match((await fetch(closed.url)).headers.get("content-security-policy"), /frame-ancestors 'none'$/);
  await closed.end();
});
