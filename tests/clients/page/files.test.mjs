// Pictures, files and recordings: chosen, pasted, dropped or spoken, on their way over losses, and shown without jumping.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serious } from "./axe.mjs";
import { launch, meetIn } from "./browser.mjs";
import { png } from "./png.mjs";
import { Server } from "./server.mjs";

let server, browser, me, anna, chat, page, other;

before(async () => {
  server = await Server.start();
  browser = await launch();
  [me, anna] = [await server.person("maria", "Maria"), await server.person("anna", "Anna Petrova")];
  chat = (await me.call("POST", "/api/chats", { type: "direct", username: "anna" })).data.id;
  [page, other] = await meetIn(browser, server, chat, [me, anna]);
});
after(async () => {
  await browser.close();
  await server.end();
});

const field = (page) => page.locator(".composer textarea");
const input = (page) => page.locator(".composer input[type=file]");
const arrived = (bubble) => bubble.locator("[data-status]:not([data-status=queued])").waitFor({ state: "attached" });
const newest = (page, what) => page.locator(".bubble", { has: page.locator(what) }).last();

/** What a file manager or another page hands over. */
function handOver(page, how, files) {
  return page.evaluate(([how, files]) => {
    const data = new DataTransfer();
    for (const { name, type, bytes } of files) data.items.add(new File([Uint8Array.from(bytes)], name, { type }));
    if (how === "paste") return document.querySelector(".composer textarea").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    const over = document.querySelector(".pane");
    for (const type of ["dragenter", "dragover", "drop"]) over.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }, [how, files.map((file) => ({ ...file, bytes: [...file.bytes] }))]);
}

test("a picture is chosen, looked at, sent with words, and has its room before it is there", async () => {
  await input(page).setInputFiles({ name: "sunset.png", mimeType: "image/png", buffer: png(1200, 600) });
  await page.locator(".tray li", { hasText: "sunset.png" }).locator("img").waitFor();
  assert.deepEqual(await serious(page), []);
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  await other.route(/\/files\/.*sunset\.png$/, async (route) => {
    await held;
    await route.continue();
  });
  await field(page).fill("Look at that <b>sky</b>");
  await field(page).press("Enter");
  await arrived(newest(page, ".photo"));
  await page.locator(".tray").waitFor({ state: "detached" });
  const box = other.locator(".photo .box");
  await box.waitFor();
  const before = await box.boundingBox();
  assert.equal(await box.locator("img").evaluate((img) => img.naturalWidth), 0, "not loaded yet");
  letGo();
  await other.waitForFunction(() => document.querySelector(".photo img").naturalWidth === 1200);
  assert.deepEqual(await box.boundingBox(), before, "nothing jumps");
  assert.equal(Math.round(before.width / before.height), 2);
  await newest(other, ".photo").getByText("Look at that <b>sky</b>").waitFor();
  await other.locator(".sidebar .row", { hasText: "Photo: Look at that" }).or(other.locator(".sidebar .row", { hasText: "Photo" })).first().waitFor();
});

test("a picture is looked at in its own size and closed with a key", async () => {
  await other.locator(".photo .box").click();
  await other.getByRole("dialog", { name: "Photo" }).locator("img").waitFor();
  assert.deepEqual(await serious(other), []);
  await other.keyboard.press("Escape");
  await other.getByRole("dialog").waitFor({ state: "detached" });
});

test("files are pasted and dropped, and a script in a name stays text", async () => {
  const name = "<img src=x onerror=alert(1)>.html";
  await handOver(page, "paste", [{ name: "pasted.png", type: "image/png", bytes: png(40, 30) }]);
  await page.locator(".tray li", { hasText: "pasted.png" }).waitFor();
  await handOver(page, "drop", [{ name, type: "text/html", bytes: Buffer.from("<script>alert(1)</script>") }]);
  await page.locator(".tray li", { hasText: name }).waitFor();
  await page.getByRole("button", { name: "Do not attach: pasted.png" }).click();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const link = newest(other, ".file").locator("a.file");
  await link.getByText(name).waitFor();
  assert.equal(await link.getAttribute("download"), name);
  assert.equal(await other.locator(".photo").count(), 1, "what was taken out again was not sent");
  const answer = await fetch(new URL(await link.getAttribute("href"), server.url));
  assert.match(answer.headers.get("content-disposition"), /^attachment/);
  assert.equal(await answer.text(), "<script>alert(1)</script>");
});

test("an upload shows how far it is, goes on after the server was away, and arrives whole", async () => {
  const buffer = Buffer.from(Array.from({ length: 900_000 }, (_, index) => (index * 31) % 251));
  // The second piece finds no server.
  let [pieces, killed] = [0, false];
  await page.route(/\/api\/files\/[\w-]+$/, async (route) => {
    if (route.request().method() === "PUT") pieces += 1;
    if (pieces !== 2 || killed) return route.continue();
    killed = true;
    await server.kill();
    await route.abort();
  });
  await input(page).setInputFiles({ name: "long.bin", mimeType: "application/octet-stream", buffer });
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.locator(".bubble [role=progressbar]:not([aria-valuenow='0'])").waitFor();
  await page.locator("[data-away]").waitFor({ state: "attached" });
  await server.start();
  const link = newest(other, ".file").locator("a.file", { hasText: "long.bin" });
  await arrived(newest(page, ".file"));
  await link.waitFor();
  await page.unroute(/\/api\/files\/[\w-]+$/);
  const brought = Buffer.from(await (await fetch(new URL(await link.getAttribute("href"), server.url))).arrayBuffer());
  assert.ok(brought.equals(buffer));
  // What had arrived was not brought again: four pieces, and the one that was lost.
  assert.equal(pieces, 5);
});

test("what is on its way can be taken back", async () => {
  await page.route(/\/api\/files\/[\w-]+$/, () => {});
  await input(page).setInputFiles({ name: "regret.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(5000, 1) });
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("button", { name: "Do not send" }).click();
  await page.locator(".bubble", { hasText: "regret.bin" }).waitFor({ state: "detached" });
  await page.unroute(/\/api\/files\/[\w-]+$/);
});

test("a file that is refused says why, and is left", async () => {
  const size = 26 << 20;
  await page.evaluate((size) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(size)], "huge.bin"));
    const input = document.querySelector(".composer input[type=file]");
    input.files = data.files;
    input.dispatchEvent(new Event("change"));
  }, size);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const failed = page.locator(".bubble.failed", { hasText: "huge.bin" });
  await failed.getByRole("alert").waitFor();
  await failed.click({ button: "right" });
  await page.getByRole("menuitem", { name: "Discard" }).click();
  await failed.waitFor({ state: "detached" });
});

test("a voice message is recorded, sent and heard", async () => {
  await page.getByRole("button", { name: "Record a voice message" }).click();
  await page.getByRole("timer").getByText("0:01").waitFor();
  assert.deepEqual(await serious(page), []);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await arrived(newest(page, ".voice"));
  const voice = other.locator(".voice .voice").last();
  await voice.getByText(/0:0[1-9]/).waitFor();
  await voice.getByRole("button", { name: "Play" }).click();
  await voice.getByRole("button", { name: "Pause" }).or(voice.locator(".heard").first()).first().waitFor();
  await page.getByRole("button", { name: "Record a voice message" }).click();
  await page.getByRole("timer").waitFor();
  await page.keyboard.press("Escape");
  await field(page).waitFor();
  assert.equal(await page.locator(".voice .voice").count(), 1);
});

test("files are there after loading anew, in answers and in the list, and on a dark page", async () => {
  await newest(other, ".photo").click({ button: "right" });
  await other.getByRole("menuitem", { name: "Reply", exact: true }).click();
  await field(other).fill("Beautiful");
  await field(other).press("Enter");
  await page.locator(".bubble .quote", { hasText: "Photo" }).waitFor();
  await input(page).setInputFiles({ name: "last.png", mimeType: "image/png", buffer: png(30, 90) });
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await arrived(newest(page, ".photo"));
  for (const one of [page, other]) {
    await one.reload();
    await one.locator(".photo img").last().waitFor();
    await one.locator(".sidebar .row", { hasText: "Photo" }).waitFor();
    assert.equal(await one.locator(".bubble .attached").count(), 5);
    await one.emulateMedia({ colorScheme: "dark" });
    assert.deepEqual(await serious(one), []);
  }
});

test("nothing was complained of", () => {
  const foreign = /net::ERR_|WebSocket connection to|status of 4(00|13)/;
  for (const one of [page, other]) assert.deepEqual(one.complaints.filter((text) => !foreign.test(text)), []);
});
