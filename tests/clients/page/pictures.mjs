// The pictures of README, as the page looks now: node page/pictures.mjs
import { fileURLToPath } from "node:url";
import { enter, launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";
import { story } from "./story.mjs";

const into = (name) => fileURLToPath(new URL(`../../../crates/chat-server/web/pictures/${name}.png`, import.meta.url));
const browser = await launch();

const told = await story();
const page = await visit(browser, told.server, { size: { width: 1180, height: 740 } });
await enter(page, told.me);
const boris = await visit(browser, told.server);
await enter(boris, told.people.boris);
await boris.goto(`${told.server.url}/#${told.chats.team}`);
await page.goto(`${told.server.url}/#${told.chats.team}`);
await page.locator(".beginning").waitFor();
await boris.locator(".composer textarea").pressSequentially("Well");
await page.locator("small", { hasText: "typing" }).waitFor();
await page.screenshot({ path: into("page") });
await told.server.end();

const server = await Server.start();
const room = await visit(browser, { url: `${server.url}/dialects` }, { size: { width: 1500, height: 760 }, theme: "dark" });
await room.getByRole("button", { name: "Start with five guests" }).click();
const pane = (dialect) => room.locator(`.pane.${dialect}`);
await Promise.all(["rest", "multiplexed", "room", "roulette", "socketio"].map((dialect) => room.locator(`.pane.${dialect}.open`).waitFor()));
for (const [dialect, text] of [
  ["rest", "Hello from a Laravel poller"],
  ["socketio", "Hi! The Flutter app, over Socket.IO 👋"],
  ["room", "Django Channels here, same room"],
]) {
  await pane(dialect).locator("form input").fill(text);
  await pane(dialect).locator("form input").press("Enter");
  await pane("multiplexed").locator("article", { hasText: text }).waitFor();
}
await pane("multiplexed").locator("article", { hasText: "Flutter" }).getByRole("button", { name: "Like" }).click();
await pane("rest").locator(".on").waitFor();
await pane("roulette").getByRole("button", { name: "Cut" }).click();
await room.screenshot({ path: into("dialects") });
await server.end();
await browser.close();
