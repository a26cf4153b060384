// What goes over the wire is small, and what is committed is what the sources give.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { filesOf } from "../../../crates/chat-server/web/embed.mjs";
import { events } from "../../../crates/chat-server/web/generate.mjs";
import { launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

const WEB = fileURLToPath(new URL("../../../crates/chat-server/web/", import.meta.url));

const { build } = await import(createRequire(WEB).resolve("vite"));

test("the pages that are embedded are those of the sources", async () => {
  const outDir = mkdtempSync(join(tmpdir(), "chat-built-"));
  await build({ root: WEB, configFile: `${WEB}vite.config.ts`, logLevel: "error", build: { outDir, emptyOutDir: true } });
  const fresh = filesOf(`${outDir}/`).map((path) => [path, readFileSync(join(outDir, path), "utf8")]);
  rmSync(outDir, { recursive: true });
  const embedded = filesOf(`${WEB}built/`).filter((path) => path !== "files.rs");
  const kept = embedded.map((path) => [path.replace(/\.gz$/, ""), content(`${WEB}built/${path}`)]);
  const again = "run `npm run build` in crates/chat-server/web";
  assert.deepEqual(kept.map(([path]) => path), fresh.map(([path]) => path), again);
  for (const [index, [path, text]] of fresh.entries()) assert.ok(kept[index][1] === text, `${path} differs: ${again}`);
});

test("the first paint takes at most 150 KB over the wire", async () => {
  const server = await Server.start();
  const page = await (await fetch(server.url)).text();
  const paths = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path).filter((path) => !path.startsWith("/api"));
  // Compressed, as they are sent.
  const sizes = await Promise.all(paths.map(async (path) => Number((await fetch(server.url + path)).headers.get("content-length"))));
  await server.end();
  const bytes = sizes.reduce((sum, size) => sum + size, page.length);
  assert.ok(paths.length >= 3 && sizes.every((size) => size > 0));
  assert.ok(bytes <= 150_000, `${bytes} bytes`);
  console.log(`the first paint takes ${bytes} bytes`);
});

function content(path) {
  const bytes = readFileSync(path);
  return String(path.endsWith(".gz") ? gunzipSync(bytes) : bytes);
}

test("the core of the client library is at most 8 KiB, compressed", async () => {
  const lib = { entry: `${WEB}client/src/index.ts`, formats: ["es"], fileName: "core" };
  const options = { root: WEB, configFile: false, logLevel: "error", build: { lib, write: false, minify: true } };
  const [{ output }] = await build(options);
  const bytes = gzipSync(output[0].code, { level: 9 }).length;
  assert.ok(bytes <= 8 << 10, `${bytes} bytes`);
  console.log(`the core of the client library is ${bytes} bytes`);
});

test("the library's frames are those of the server's AsyncAPI document", async () => {
  const server = await Server.start();
  const document = await (await fetch(`${server.url}/api/asyncapi.json`)).json();
  await server.end();
  const written = readFileSync(`${WEB}client/src/events.ts`, "utf8");
  assert.equal(written, events(document), "run `npm run generate` in crates/chat-server/web");
});

test("a processor four times slower has the page within a second", async (t) => {
  const server = await Server.start();
  t.after(() => server.end());
  const browser = await launch();
  t.after(() => browser.close());
  const page = await visit(browser, server);
  await page.locator("form").waitFor();
  const engine = await page.context().newCDPSession(page);
  // The work of its thread, not the time on the wall, in which others work, too.
  await engine.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.reload();
  await page.getByLabel("Username").fill("usable");
  const { metrics } = await engine.send("Performance.getMetrics");
  const work = metrics.find(({ name }) => name === "TaskDuration").value;
  console.log(`until the page can be used its thread works ${Math.round(work * 1000)} ms`);
  assert.ok(work > 0 && work * 4 <= 1, `${work} s`);
});
