// Pictures of every state of the page, at three widths, in both themes: node page/shots.mjs DIRECTORY
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { enter, launch, visit, WIDTHS } from "./browser.mjs";
import { png } from "./png.mjs";
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
    await page.locator("dialog li .icon-button").first().click();
    await page.locator("dialog .member-of").waitFor();
    await shoot(page, "member");
    await page.keyboard.press("Escape");
    await page.locator(".who").click();
    await page.locator("dialog li .member").first().click();
    await page.locator("dialog .leading").waitFor();
    await shoot(page, "leading");
    await page.keyboard.press("Escape");
    await page.goto(`${told.server.url}/#${told.chats.quiet}`);
    await page.locator(`.conversation[data-chat="${told.chats.quiet}"] .pane[aria-busy=false]`).waitFor();
    const files = [{ name: "lake.png", mimeType: "image/png", buffer: png(900, 500, [80, 140, 200]) }, { name: "Report 2026.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(234_567, 3) }];
    await page.locator(".composer input[type=file]").setInputFiles(files);
    await page.locator(".tray li").nth(1).waitFor();
    await shoot(page, "attached");
    await page.locator(".composer .send").click();
    await page.locator(".composer button.send").click();
    await page.getByRole("timer").waitFor();
    await shoot(page, "recording");
    await page.locator(".recording .send").click();
    await page.locator(".voice .voice").last().waitFor();
    await shoot(page, "files");
    await page.locator(".photo .box").last().click();
    await shoot(page, "picture");
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
