// A long room, scrolled from its end to its beginning: nothing is left out, and what is held stays as much as it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch } from "./browser.mjs";
import { longRoom } from "./long.mjs";
import { scrolled } from "./scroll.mjs";

// How long frames take depends on the machine; `node page/scroll.mjs` says it, for fifty thousand messages.
const COUNT = 1500;

test("a long room is scrolled to its beginning without holes, and memory stays flat", async (t) => {
  const room = await longRoom(COUNT);
  t.after(() => room.server.end());
  const browser = await launch();
  t.after(() => browser.close());
  const { looks, complaints } = await scrolled(browser, room, COUNT, 500);
  const [early, late] = [looks[0], looks.at(-1)];
  assert.equal(late.first, 1);
  for (const { held, holes, most } of looks) {
    assert.deepEqual(holes, []);
    // What comes is spread over frames, none of which has much to do.
    assert.ok(most > 0 && most <= 10, `${most} messages came in one frame`);
    assert.ok(held <= 300, `${held} messages are held`);
  }
  for (const what of ["heap", "nodes", "listeners"]) {
    assert.ok(late[what] <= early[what] * 1.25, `${what}: ${early[what]}, then ${late[what]}`);
  }
  assert.deepEqual(complaints, []);
});
