// Pictures of every state of the page, at three widths, in both themes: node page/shots.mjs DIRECTORY
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { enter, launch, visit, WIDTHS } from "./browser.mjs";
import { story } from "./story.mjs";
import { Server } from "./server.mjs";

const [directory = "shots", only] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const empty = await Server.start();
const told = await story();
const browser = await launch();

for (const [width, size] of Object.entries(WIDTHS)) {
  for (const theme of ["light", "dark"]) {
    const shoot = async (page, state) => {
      await page.waitForTimeout(250);
      await page.screenshot({ path: join(directory, `${state}-${width}-${theme}.png`) });
    };
    const options = { size, theme, touch: width === "phone" };
    const stranger = await visit(browser, empty, options);
    await stranger.locator("form").waitFor();
    await shoot(stranger, "first");
    await stranger.context().close();

    const page = await visit(browser, told.server, { ...options, language: theme === "dark" ? "ru-RU" : "en-GB" });
    await page.locator("form").waitFor();
    await shoot(page, "login");
    await enter(page, told.me);
    await page.locator(".row").first().waitFor();
    await shoot(page, "list");
    for (const [name, chat] of Object.entries(told.chats)) {
      await page.goto(`${told.server.url}/#${chat}`);
      await page.locator(".pane[aria-busy=false]").waitFor();
      await shoot(page, name);
    }
    await page.goto(`${told.server.url}/#${told.chats.team}`);
    await page.locator(".bubble").last().click({ button: "right" });
    await shoot(page, "menu");
    await page.keyboard.press("Escape");
    await page.locator(".composer textarea").fill("@b");
    await page.getByRole("option").first().waitFor();
    await shoot(page, "completion");
    await page.locator(".composer textarea").fill("");
    await page.locator(".who").click();
    await shoot(page, "info");
    await page.keyboard.press("Escape");
    await page.goto(`${told.server.url}/#${told.chats.team}/t${told.thread}`);
    await page.locator(".thread .bubble").first().waitFor();
    await shoot(page, "thread");
    await page.goto(told.server.url);
    await page.getByRole("searchbox").fill("text");
    await page.locator(".found li").first().waitFor();
    await shoot(page, "search");
    for (const panel of ["roulette", "notifications", "settings"]) {
      await page.goto(`${told.server.url}/#${panel}`);
      await shoot(page, panel);
    }
    await page.locator(".account .line").first().click();
    await shoot(page, "password");
    await page.goto(told.server.url);
    await page.locator(".sidebar header .icon-button").last().click();
    await shoot(page, "new");
    if (page.complaints.length) console.log(width, theme, page.complaints);
    await page.context().close();
    if (only) break;
  }
}
await browser.close();
await Promise.all([empty.end(), told.server.end()]);
