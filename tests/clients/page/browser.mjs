// Chromium, and the page as somebody sees it.
import { chromium } from "playwright-core";

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // A microphone that hums, and nobody who is asked whether it may be used.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
  });
}

export const WIDTHS = { desktop: { width: 1280, height: 800 }, tablet: { width: 900, height: 1000 }, phone: { width: 390, height: 844 } };

/** A window of its own, without anybody's cookies; what it complains of is collected. */
export async function visit(browser, server, { size = WIDTHS.desktop, language = "en-GB", theme = "light", touch = false } = {}) {
  const context = await browser.newContext({
    viewport: size,
    locale: language,
    colorScheme: theme,
    hasTouch: touch,
    isMobile: touch,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.complaints.push(`${message.text()} ${message.location().url}`));
  await page.goto(server.url);
  return page;
}

/** Logs in as the server's person; the page is then at the list of chats. */
export async function enter(page, person) {
  await page.getByLabel(/^(Username|Имя пользователя)/).fill(person.username);
  await page.locator("#password").fill(person.password);
  await page.locator("form .button").click();
  await page.locator(".sidebar").waitFor();
}

/** A page for each of these people, each in this chat, where nothing has been said yet. */
export async function meetIn(browser, server, chat, people) {
  const pages = await Promise.all(people.map(() => visit(browser, server)));
  for (const [index, page] of pages.entries()) await enter(page, people[index]);
  for (const page of pages) {
    await page.goto(`${server.url}/#${chat}`);
    await page.locator(".pane[aria-busy=false] .empty").waitFor();
  }
  return pages;
}
