// Tokens that are renewed before the server notices, and sessions that end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { Chat, Session } from "../../../crates/chat-server/web/client/dist/index.js";
import { Server } from "./server.mjs";
import { Heard, memory } from "./heard.mjs";

let server;
before(async () => (server = await Server.start({ "access-token-ttl": "4s" })));
after(async () => {
  chats.forEach((chat) => chat.disconnect());
  await server.end();
});

const chats = [];
function chatOf(options) {
  const chat = new Chat({ url: server.url, WebSocket, delay: 20, ...options });
  chats.push(chat);
  return chat;
}

test("a socket outlives its tokens, since they are renewed on it", async () => {
  const store = memory();
  const chat = chatOf({ store });
  await chat.session.register({ username: "vera", password: "correct horse" });
  const heard = new Heard(chat);
  const renewed = [];
  chat.on("sent", (frame) => frame.type === "auth" && renewed.push(frame.token));
  chat.connect();
  await heard.state("open");
  while (renewed.length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(chat.isConnected());
  assert.equal(new Set(renewed).size, 2);
  assert.ok(!heard.states.some((state) => state.is === "reconnecting"));
  // Another tab with the same store goes on with the newest pair.
  assert.equal((await new Session({ url: server.url, store }).request("GET", "/api/auth/me")).data.username, "vera");
});

test("a session that has ended says so instead of coming back for ever", async () => {
  const chat = chatOf({ credential: { access_token: "nobody's" } });
  const heard = new Heard(chat);
  chat.connect();
  assert.deepEqual(await heard.state("ended"), { is: "ended", why: "unauthorized" });
});

test("whoever mints tokens is asked whenever one is needed", async () => {
  const person = await server.person("grisha");
  let asked = 0;
  const mint = async () => {
    asked += 1;
    return (await server.person(`grisha${asked}`)).tokens.access_token;
  };
  const chat = chatOf({ credential: mint });
  const heard = new Heard(chat);
  chat.connect();
  await heard.state("open");
  // Four seconds later the socket is closed for its token, and the next one is asked for.
  await heard.state("reconnecting");
  await heard.state("open");
  assert.ok(asked >= 2 && person.id > 0);
});

test("counts five quick attempts, then tries seldom", async () => {
  const chat = chatOf({ url: "http://127.0.0.1:9", credential: { access_token: "any" }, delay: 5 });
  const heard = new Heard(chat);
  chat.connect();
  for (const attempt of [1, 2, 3, 4, 5]) {
    assert.deepEqual(await heard.state("reconnecting"), { is: "reconnecting", attempt, of: 5 });
  }
  await heard.state("waiting");
});
