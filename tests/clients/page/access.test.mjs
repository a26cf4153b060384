// The page for everybody: keyboard alone, a phone's width, Russian, larger letters, and what axe-core finds in every state.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serious } from "./axe.mjs";
import { enter, launch, visit, WIDTHS } from "./browser.mjs";
import { Server } from "./server.mjs";
import { story } from "./story.mjs";

let told, empty, browser;

before(async () => {
  [told, empty, browser] = await Promise.all([story(), Server.start(), launch()]);
});
after(async () => {
  await browser.close();
  await Promise.all([told.server.end(), empty.end()]);
});

async function sound(page, state, findings) {
  findings.push(...(await serious(page)).map((found) => `${state}: ${found}`));
}

const PANELS = { roulette: ".roulette", notifications: ".notifications", settings: ".settings" };

/** Goes to what an address names, and waits until it is there. */
async function at(page, hash) {
  await page.goto(`${told.server.url}/#${hash}`);
  const [chat, thread] = String(hash).split("/t");
  if (PANELS[hash]) return page.locator(PANELS[hash]).waitFor();
  await page.locator(`.conversation[data-chat="${chat}"] .pane[aria-busy=false]`).locator(".beginning, .empty").waitFor();
  if (thread) await page.locator(".thread .bubble").first().waitFor();
}

for (const theme of ["light", "dark"]) {
  for (const [width, size] of Object.entries({ desktop: WIDTHS.desktop, phone: WIDTHS.phone })) {
    test(`every state is sound: ${theme}, ${width}`, async () => {
      const findings = [];
      const options = { theme, size, touch: width === "phone" };
      const first = await visit(browser, empty, options);
      await first.locator("form").waitFor();
      await sound(first, "the first account", findings);
      await first.context().close();
      const page = await visit(browser, told.server, options);
      await page.locator("form").waitFor();
      await sound(page, "log in", findings);
      await enter(page, told.me);
      await page.locator(".row").first().waitFor();
      await sound(page, "the list of chats", findings);
      for (const [name, chat] of Object.entries(told.chats)) {
        await at(page, chat);
        await sound(page, name, findings);
      }
      await at(page, told.chats.team);
      await page.locator(".bubble").last().click({ button: "right" });
      await page.getByRole("menu").waitFor();
      await sound(page, "the menu of a message", findings);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Pinned messages" }).click();
      await page.locator("dialog li").first().waitFor();
      await sound(page, "the pins", findings);
      await page.keyboard.press("Escape");
      await page.locator(".composer textarea").fill("@b");
      await page.getByRole("option").first().waitFor();
      await sound(page, "completing a name", findings);
      await page.locator(".composer textarea").fill("");
      await page.locator(".who").click();
      await page.locator("dialog li").first().waitFor();
      await sound(page, "about a chat", findings);
      await page.keyboard.press("Escape");
      await at(page, `${told.chats.team}/t${told.thread}`);
      await sound(page, "a thread", findings);
      for (const panel of Object.keys(PANELS)) {
        await at(page, panel);
        await sound(page, panel, findings);
      }
      await page.goto(told.server.url);
      await page.getByRole("button", { name: "New chat" }).first().click();
      await page.locator(".picker li").first().waitFor();
      await sound(page, "a new chat", findings);
      assert.deepEqual([...findings, ...page.complaints], []);
      await page.context().close();
    });
  }
}

test("the keyboard is enough", async () => {
  const page = await visit(browser, told.server);
  const press = (key) => page.keyboard.press(key);
  await page.locator("form").waitFor();
  // The field for the name has the focus from the start.
  await page.keyboard.type(told.me.username);
  await press("Tab");
  await page.keyboard.type(told.me.password);
  await press("Enter");
  await page.locator(".sidebar").waitFor();
  await page.locator(".row").first().waitFor();
  await press("Control+k");
  await page.keyboard.type("release");
  await press("Enter");
  await page.getByRole("heading", { name: "Release team" }).waitFor();
  await page.locator(".bubble").first().waitFor();
  await page.locator(".composer textarea").focus();
  await page.keyboard.type("by hand");
  await press("Enter");
  await page.locator(".bubble", { hasText: "by hand" }).locator("[data-status=sent], [data-status=delivered]").waitFor({ state: "attached" });
  // The arrow upwards in an empty field edits one's last message.
  await press("ArrowUp");
  await page.locator(".editing").waitFor();
  await page.keyboard.type(" and alone");
  await press("Enter");
  await page.locator(".bubble", { hasText: "by hand and alone" }).waitFor();
  // Backwards into the messages, their menu, and away with the last one.
  await press("Shift+Tab");
  await page.locator(".bubble:focus", { hasText: "by hand and alone" }).waitFor();
  await press("ArrowUp");
  await page.locator(".bubble:focus", { hasText: "Reviewed and merged" }).waitFor();
  await press("ArrowDown");
  await press("Enter");
  await page.getByRole("menu").waitFor();
  await press("ArrowUp");
  await press("Enter");
  await page.locator("dialog .danger").focus();
  await press("Enter");
  await page.locator(".bubble", { hasText: "by hand and alone" }).waitFor({ state: "detached" });
  await press("Alt+ArrowDown");
  await page.getByRole("heading", { name: "Release team" }).waitFor({ state: "detached" });
  await press("Escape");
  await page.getByRole("heading", { name: "Choose a chat" }).waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a phone shows the list or the chat, and the way back", async () => {
  const page = await visit(browser, told.server, { size: WIDTHS.phone, touch: true });
  await enter(page, told.me);
  await page.locator(".row", { hasText: "Anna Petrova" }).tap();
  await page.locator(".composer").waitFor();
  assert.ok(!(await page.locator(".sidebar").isVisible()));
  await page.locator(".composer textarea").fill("from the phone");
  await page.getByRole("button", { name: "Send" }).tap();
  await page.locator(".bubble", { hasText: "from the phone" }).waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing hangs over the edge");
  await page.getByRole("button", { name: "Back", exact: true }).tap();
  assert.ok(await page.locator(".sidebar").isVisible());
  await page.context().close();
});

test("Russian by the browser's language, English by choice", async () => {
  const page = await visit(browser, told.server, { language: "ru-RU" });
  await page.getByRole("heading", { name: "Войти" }).waitFor();
  await enter(page, told.me);
  await at(page, told.chats.trip);
  await page.getByText("3 участника").waitFor();
  await at(page, "settings");
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Chats" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.reload();
  await page.getByRole("heading", { name: "Chats" }).waitFor();
  await page.context().close();
});

test("letters of twice the size fit", async () => {
  const { width, height } = WIDTHS.desktop;
  // What a browser's zoom of 200 % does to the page.
  const page = await visit(browser, told.server, { size: { width: width / 2, height: height / 2 } });
  await enter(page, told.me);
  await at(page, told.chats.team);
  await page.locator(".bubble").last().waitFor();
  assert.ok(await page.locator(".composer textarea").isVisible());
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.context().close();
});
