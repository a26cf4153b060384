// Runs a page of a document in Chromium: node page.mjs URL SCRIPT-FILE
//
// The page comes from URL's origin, so that its cookies and its Origin are a browser's own. Commands come as lines of
// JSON, {id, code}: the code runs in the page, its value is answered as {id, value} or {id, failure}. What the page
// says by `tell(value)` comes as {said: value}.
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [url, script, cookies] = process.argv.slice(2);
const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const context = await browser.newContext();
if (cookies) await context.addCookies(JSON.parse(cookies));
const page = await context.newPage();
page.on("pageerror", (error) => say({ said: { error: String(error) } }));
await page.exposeFunction("tell", (value) => say({ said: value }));
// A page of the server itself (Chromium keeps others away from loopback addresses), with what the documents expect in it.
await page.goto(url);
await page.setContent(
  '<!doctype html><div id="messages" style="height: 50px; overflow: auto"></div>' +
    '<div id="search-status"></div><div id="partner-info"></div>',
);
await page.addScriptTag({ content: readFileSync(script, "utf8") });
say({ said: "ready" });

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const { id, code } = JSON.parse(line);
    try {
      say({ id, value: (await page.evaluate(code)) ?? null });
    } catch (error) {
      say({ id, failure: String(error) });
    }
  })
  .on("close", async () => {
    await browser.close();
    process.exit(0);
  });
