// The client library as somebody installs it: packed, unpacked in a project of their own, and used with its types.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../../../crates/chat-server/web/", import.meta.url));
const TSC = createRequire(WEB).resolve("typescript/bin/tsc");

const USE = `
import { Chat, Refused, type State } from "chat-client";

const chat = new Chat({ url: "https://chat.example", credential: async () => "a token", store: null });
const end: () => void = chat.on("new_message", (frame) => {
  const text: string = frame.message.content;
  const id: number = frame.message.reply_to?.id ?? frame.message.id;
  // @ts-expect-error A message has no such field.
  frame.message.subject;
  console.log(text, id);
});
// @ts-expect-error The server says no such thing.
chat.on("new_mesage", () => {});
chat.on("state", (state: State) => state.is === "reconnecting" && console.log(state.attempt, state.of));
const sent: Promise<{ message_id: number }> = chat.send(7, "hello", { reply_to: 5 });
sent.catch((error) => error instanceof Refused && console.log(error.code, error.passing));
// @ts-expect-error A room is a number.
chat.join("7");
end();
`;

test("the packed library installs, is typed strictly and brings nothing along", (t) => {
  const home = mkdtempSync(join(tmpdir(), "chat-pack-"));
  t.after(() => rmSync(home, { recursive: true }));
  const options = { cwd: `${WEB}client`, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
  // Built before, as `tests/run page` does: packing builds once more, with the compiler of the page.
  const said = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", home], options);
  const [{ filename, files }] = JSON.parse(said);
  const names = files.map(({ path }) => path);
  for (const name of ["README.md", "package.json", "dist/index.js", "dist/index.d.ts", "dist/vue.js", "dist/vue.d.ts"]) {
    assert.ok(names.includes(name), `${name} is packed`);
  }
  assert.deepEqual(names.filter((name) => !/^(README\.md|package\.json|dist\/.*\.(js|d\.ts))$/.test(name)), []);
  const installed = join(home, "node_modules", "chat-client");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(home, filename), "-C", installed, "--strip-components=1"]);
  assert.ok(!readdirSync(installed).includes("node_modules"));
  writeFileSync(join(home, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(home, "use.ts"), USE);
  const strict = ["--noEmit", "--strict", "--target", "ES2022", "--module", "NodeNext", "--lib", "ES2022,DOM,DOM.Iterable"];
  try {
    execFileSync(process.execPath, [TSC, ...strict, "use.ts"], { cwd: home, encoding: "utf8" });
  } catch (error) {
    assert.fail(error.stdout);
  }
  // And it runs where there is nothing but itself.
  const run = 'import { newId } from "chat-client"; process.stdout.write(String(newId().length));';
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", run], { cwd: home, encoding: "utf8" }), "32");
});
