// Scrolls a long room from its end to its beginning and says what that took: node page/scroll.mjs [MESSAGES]
import { fileURLToPath } from "node:url";
import { enter, launch, visit } from "./browser.mjs";
import { longRoom } from "./long.mjs";

/** What is held while one scrolls, looked at after each `step` messages, and how long frames took. */
export async function scrolled(browser, { server, me, chat }, count, step) {
  const page = await visit(browser, server);
  page.setDefaultTimeout(600_000);
  await enter(page, me);
  await page.goto(`${server.url}/#${chat}`);
  await page.locator(".bubble", { hasText: `${count} ` }).last().waitFor();
  const engine = await page.context().newCDPSession(page);
  await engine.send("Performance.enable", { timeDomain: "threadTicks" });
  await browser.startTracing(page, { categories: ["toplevel"] });
  const looks = [];
  for (let down = count - step; down > 0; down -= step) looks.push({ ...(await page.evaluate(upwards, down)), ...(await memory(engine)) });
  looks.push({ ...(await page.evaluate(upwards, 1)), ...(await memory(engine)) });
  await page.locator(".beginning").waitFor();
  const tasks = work(JSON.parse(await browser.stopTracing()));
  const { complaints } = page;
  await page.context().close();
  return { looks, tasks, complaints };
}

/**
 * The milliseconds that each task of the page's thread worked, the longest first: what a frame takes where nobody else wants the
 * processor. The time on the wall says how busy the machine is.
 */
function work({ traceEvents }) {
  const main = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ pid, tid }) => `${pid}/${tid}`);
  const tasks = traceEvents.filter(({ name, pid, tid, tdur }) => name.endsWith("RunTask") && tdur && main.includes(`${pid}/${tid}`));
  return tasks.map(({ tdur }) => tdur / 1000).sort((a, b) => b - a);
}

/** Runs in the page: a hand that scrolls up until a message is held. Every message that comes must be followed by the next one. */
async function upwards(until) {
  const pane = document.querySelector(".pane");
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const frames = [];
  const held = () => [...document.querySelectorAll(".bubble .text")].map((text) => parseInt(text.textContent, 10));
  const holes = [];
  let [last, first, most] = [await frame(), Infinity, 0];
  while (first > until) {
    pane.scrollTop -= 500;
    const now = await frame();
    frames.push(now - last);
    last = now;
    const numbers = held();
    if (numbers[0] === first) continue;
    if (first < Infinity) most = Math.max(most, first - numbers[0]);
    first = numbers[0];
    numbers.forEach((number, index) => index && number !== numbers[index - 1] + 1 && holes.push(number));
  }
  return { first, most, held: held().length, holes, frames: frames.sort((a, b) => b - a) };
}

async function memory(engine) {
  await engine.send("HeapProfiler.collectGarbage");
  const { metrics } = await engine.send("Performance.getMetrics");
  const value = (name) => metrics.find((metric) => metric.name === name).value;
  return { heap: value("JSHeapUsedSize"), nodes: value("Nodes"), listeners: value("JSEventListeners"), busy: value("TaskDuration") };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const count = Number(process.argv[2] ?? 50_000);
  const [room, browser] = [await longRoom(count), await launch()];
  const { looks, tasks } = await scrolled(browser, room, count, count / 10);
  await browser.close();
  await room.server.end();
  const frames = looks.flatMap((look) => look.frames).sort((a, b) => b - a);
  const over = frames.filter((frame) => frame > 50).length;
  console.log(`${count} messages, ${frames.length} frames, the longest ${frames.slice(0, 5).map(Math.round).join(", ")} ms, over 50 ms: ${over}`);
  console.log(`${tasks.length} tasks of the page's thread, the longest work ${tasks.slice(0, 5).map(Math.round).join(", ")} ms, over 50 ms: ${tasks.filter((task) => task > 50).length}`);
  console.log(`work of the page: ${((looks.at(-1).busy - looks[0].busy) / (count * 0.9) * 50 * 1000).toFixed(1)} ms of its thread for each page of 50`);
  for (const { first, held, heap, nodes, listeners } of looks) {
    console.log(`at ${first}: ${held} messages held, ${(heap / 2 ** 20).toFixed(1)} MiB, ${nodes} nodes, ${listeners} listeners`);
  }
}
