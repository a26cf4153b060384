// What goes over the wire is small, and what is committed is what the sources give.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { events } from "../../../crates/chat-server/web/generate.mjs";
import { Server } from "./server.mjs";

const WEB = fileURLToPath(new URL("../../../crates/chat-server/web/", import.meta.url));

test("the core of the client library is at most 8 KiB, compressed", async () => {
  const { build } = await import(createRequire(WEB).resolve("vite"));
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
