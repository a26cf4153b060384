// Strangers: looked for, met, spoken with, left for the next one, left for good.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, launch, visit } from "./browser.mjs";
import { Server } from "./server.mjs";

let server, browser;
const pages = {};

before(async () => {
  server = await Server.start();
  browser = await launch();
  for (const name of ["anna", "boris", "vera"]) {
    const person = await server.person(name);
    pages[name] = await visit(browser, server);
    await enter(pages[name], person);
    await pages[name].getByRole("button", { name: "Meet a stranger" }).click();
  }
});
after(async () => {
  await browser.close();
  await server.end();
});

const press = (who, name) => pages[who].getByRole("main").getByRole("button", { name, exact: true }).first().click();
const looks = (who) => pages[who].getByText("Looking for somebody…").waitFor();
const meets = (who, whom) => pages[who].locator("main.conversation").getByRole("heading", { name: whom }).waitFor();

async function say(who, text) {
  await pages[who].locator(".composer textarea").fill(text);
  await pages[who].locator(".composer textarea").press("Enter");
}

test("whoever looks alone waits, and may stop", async () => {
  await press("anna", "Find somebody");
  await looks("anna");
  await press("anna", "Stop looking");
  await pages.anna.getByRole("button", { name: "Find somebody" }).waitFor();
});

test("two who look are put together and speak", async () => {
  await press("anna", "Find somebody");
  await looks("anna");
  await press("boris", "Find somebody");
  await Promise.all([meets("anna", "boris"), meets("boris", "anna")]);
  await say("anna", "Hello stranger");
  await pages.boris.locator(".bubble", { hasText: "Hello stranger" }).waitFor();
});

test("the next one is somebody else, and who was left is told", async () => {
  await press("vera", "Find somebody");
  await looks("vera");
  await press("anna", "Next");
  await Promise.all([meets("anna", "vera"), meets("vera", "anna")]);
  await pages.boris.getByText("anna has left").waitFor();
  await say("vera", "And who are you?");
  await pages.anna.locator(".bubble", { hasText: "And who are you?" }).waitFor();
  assert.equal(await pages.boris.locator(".bubble", { hasText: "And who are you?" }).count(), 0);
});

test("whoever leaves is back at the beginning, the other may go on", async () => {
  await press("vera", "Leave");
  await pages.vera.getByRole("button", { name: "Find somebody" }).waitFor();
  await pages.anna.getByText("vera has left").waitFor();
  await pages.boris.locator(".left").getByRole("button", { name: "Next" }).click();
  await looks("boris");
  await pages.anna.locator(".left").getByRole("button", { name: "Next" }).click();
  await Promise.all([meets("anna", "boris"), meets("boris", "anna")]);
});

test("whom one blocks one is not put together with again", async () => {
  await say("boris", "Something rude");
  await press("anna", "Report what they wrote");
  await pages.anna.getByText("Reported. Nobody here is told.").waitFor();
  await press("anna", "Block, and on to the next one");
  await looks("anna");
  await pages.boris.locator(".left").getByRole("button", { name: "Next" }).click();
  await looks("boris");
  await press("vera", "Find somebody");
  // Two who look stay apart; the third one has found one of them.
  await Promise.race([meets("vera", "anna"), meets("vera", "boris")]);
  assert.equal(await pages.anna.locator("main.conversation").getByRole("heading", { name: "boris" }).count(), 0);
  await Promise.any([looks("anna"), looks("boris")]);
});

test("nothing was complained of", () => {
  for (const page of Object.values(pages)) assert.deepEqual(page.complaints, []);
});
