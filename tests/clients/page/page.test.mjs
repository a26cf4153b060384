// Two people on the page: everything that one does the other sees.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser, anna, boris;

before(async () => {
  server = await Server.start({ "presence-grace": "1s" });
  browser = await launch();
});
after(async () => {
  await browser.close();
  await server.end();
});

const bubble = (page, text) => page.locator(".bubble", { hasText: text });
const field = (page) => page.locator(".composer textarea");

async function say(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
}

async function register(page, username, name) {
  await page.getByLabel("Username").fill(username);
  await page.getByLabel(/^Name/).fill(name);
  await page.locator("#password").fill("correct horse");
  await page.getByRole("button", { name: "Create an account" }).last().click();
  await page.locator(".sidebar").waitFor();
}

async function act(page, text, action) {
  await bubble(page, text).click({ button: "right" });
  await page.getByRole("menuitem", { name: action }).click();
}

test("the first one makes an account on an empty server, the next one finds the way, too", async () => {
  anna = await visit(browser, server);
  await anna.getByRole("heading", { name: "Make the first account" }).waitFor();
  await register(anna, "anna", "Anna Petrova");
  boris = await visit(browser, server);
  await boris.getByRole("heading", { name: "Log in" }).waitFor();
  await boris.locator(".other button").click();
  await register(boris, "boris", "<img src=x onerror=alert(1)>");
});

test("a new chat begins by name, messages come over with their status", async () => {
  await anna.getByRole("button", { name: "New chat" }).first().click();
  await anna.getByLabel("Name or username").fill("bor");
  // Boris hears of the chat late: what was said in it by then reaches him all the same.
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  await boris.route(/\/api\/chats\/\d+$/, async (route) => {
    await held;
    await route.continue();
  });
  await anna.locator(".picker li button").first().click();
  await say(anna, "Hello Boris");
  await bubble(anna, "Hello Boris").locator("[data-status=sent]").waitFor({ state: "attached" });
  letGo();
  const row = boris.locator(".row", { hasText: "Anna Petrova" });
  await row.locator(".badge", { hasText: "1" }).waitFor();
  await bubble(anna, "Hello Boris").locator("[data-status=delivered]").waitFor({ state: "attached" });
  await row.click();
  await bubble(boris, "Hello Boris").waitFor();
  await bubble(anna, "Hello Boris").locator("[data-status=read]").waitFor({ state: "attached" });
  await boris.locator(".row .badge").waitFor({ state: "detached" });
  await say(boris, "Hello Anna");
  await bubble(anna, "Hello Anna").waitFor();
});

test("typing and presence are seen", async () => {
  await anna.locator("small.live", { hasText: "online" }).waitFor();
  // Seen for as long as somebody types, and a few seconds more.
  await Promise.all([anna.locator("small", { hasText: "typing" }).waitFor(), field(boris).pressSequentially("Well")]);
  await field(boris).fill("");
  await anna.locator("small", { hasText: "online" }).waitFor();
});

test("edits, likes, reactions and deletes are seen by the other", async () => {
  await say(anna, "A wrnog word");
  await bubble(boris, "A wrnog word").waitFor();
  await act(anna, "A wrnog word", "Edit");
  assert.equal(await field(anna).inputValue(), "A wrnog word");
  await say(anna, "A right word");
  await bubble(boris, "A right word").getByText("(edited)").waitFor();
  await act(boris, "A right word", "Like");
  await bubble(anna, "A right word").locator(".likes", { hasText: "1" }).waitFor();
  await act(boris, "A right word", "Take the like back");
  await bubble(anna, "A right word").locator(".likes").waitFor({ state: "detached" });
  await act(boris, "A right word", "🎉");
  await bubble(anna, "A right word").locator(".likes", { hasText: "🎉 1" }).click();
  await bubble(boris, "A right word").locator(".likes.own", { hasText: "🎉 2" }).click();
  await bubble(anna, "A right word").locator(".likes.own", { hasText: "🎉 1" }).waitFor();
  await act(anna, "A right word", "Read by");
  await anna.locator("dialog li").waitFor();
  await anna.keyboard.press("Escape");
  await act(anna, "A right word", "Delete");
  await anna.locator("dialog .danger").click();
  await bubble(boris, "A right word").waitFor({ state: "detached" });
});

test("a script in a name or a message stays text", async () => {
  for (const text of ["<script>document.title = 'owned'</script>", "<b onclick=alert(1)>bold</b>", "javascript:alert(1)"]) {
    await say(boris, text);
    await bubble(anna, text).waitFor();
    assert.equal((await bubble(anna, text).locator(".text").textContent()).trim(), text);
  }
  await anna.getByRole("heading", { name: "<img src=x onerror=alert(1)>" }).waitFor();
  assert.equal(await anna.locator("img[src=x], .bubble .text *").count(), 0);
});

test("the server dies while one types: what was written goes out once when it is back", async () => {
  await field(anna).pressSequentially("Written while the server");
  await Promise.all([anna.getByText(/Reconnecting… \d\/5/).waitFor(), server.kill()]);
  await field(anna).press("Enter");
  await say(anna, "and another one");
  await bubble(anna, "and another one").locator("[data-status=queued]").waitFor({ state: "attached" });
  await server.start();
  await Promise.all([anna, boris].map((page) => page.getByRole("button", { name: "Try now" }).click({ timeout: 3000 }).catch(() => {})));
  await bubble(boris, "and another one").waitFor();
  assert.deepEqual(await texts(boris, 2), ["Written while the server", "and another one"]);
  await bubble(anna, "and another one").locator("[data-status=sent], [data-status=delivered], [data-status=read]").waitFor({ state: "attached" });
  assert.deepEqual(await texts(anna, 2), ["Written while the server", "and another one"]);
  await anna.locator(".bar").waitFor({ state: "detached" });
});

test("what was queued survives a page that is loaded anew", async () => {
  await anna.context().setOffline(true);
  await anna.locator(".bar").waitFor();
  await say(anna, "from the train");
  await bubble(anna, "from the train").locator("[data-status=queued]").waitFor({ state: "attached" });
  await anna.context().setOffline(false);
  await anna.reload();
  await bubble(boris, "from the train").waitFor();
  await bubble(anna, "from the train").waitFor();
  assert.deepEqual((await texts(boris, 2)), ["and another one", "from the train"]);
});

test("nothing was complained of", () => {
  // What the killed server and the cut network leave in the console is no mistake of the page's.
  const foreign = /net::ERR_|WebSocket connection to/;
  for (const page of [anna, boris]) assert.deepEqual(page.complaints.filter((text) => !foreign.test(text)), []);
});

async function texts(page, last) {
  return (await page.locator(".bubble .text").allTextContents()).slice(-last);
}
