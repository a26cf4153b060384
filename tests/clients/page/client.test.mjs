// The client library against a server that is killed, and against time.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { Chat, newId } from "../../../crates/chat-server/web/client/dist/index.js";
import { Server } from "./server.mjs";
import { Heard, memory } from "./heard.mjs";

let server, anna, boris, chatId;
const chats = [];

before(async () => {
  server = await Server.start();
  [anna, boris] = [await server.person("anna"), await server.person("boris")];
  chatId = (await anna.call("POST", "/api/chats", { type: "direct", username: "boris" })).data.id;
});
after(async () => {
  chats.forEach((chat) => chat.disconnect());
  await server.end();
});

/** A chat of this person, and what it hears. */
function open(person, options = {}) {
  const chat = new Chat({ url: server.url, credential: person.tokens, WebSocket, delay: 20, ...options });
  chats.push(chat);
  const heard = new Heard(chat);
  chat.connect();
  return [chat, heard];
}

async function joined(person, options) {
  const [chat, heard] = open(person, options);
  chat.join(chatId);
  await heard.next("joined_chat");
  return [chat, heard];
}

test("what one sends the other hears, typed by its frame, until one unsubscribes", async () => {
  const [chat] = await joined(anna);
  const [other, heard] = await joined(boris);
  const contents = [];
  const unsubscribe = other.on("new_message", (frame) => contents.push(frame.message.content));
  const sent = await chat.send(chatId, "one");
  assert.equal((await heard.next("new_message")).message.id, sent.message_id);
  unsubscribe();
  await chat.send(chatId, "two");
  await heard.next("new_message");
  assert.deepEqual(contents, ["one"]);
});

test("who was away when the server was killed hears everything once, in order", async () => {
  const [chat, own] = await joined(anna, { attempts: 1000 });
  const [other, heard] = await joined(boris, { attempts: 1000 });
  const told = [];
  other.on("new_message", (frame) => told.push(frame.message.content));
  await chat.send(chatId, "before");
  await heard.next("new_message");
  await server.kill();
  await Promise.all([own.state("reconnecting"), heard.state("reconnecting")]);
  const offline = ["first", "second", "third"].map((content) => chat.send(chatId, content));
  assert.equal(chat.drafts.length, 3);
  await server.start();
  await Promise.all(offline);
  while (told.length < 4) await heard.next("new_message");
  await server.kill();
  await server.start();
  await chat.send(chatId, "after");
  while (told.length < 5) await heard.next("new_message");
  assert.deepEqual(told, ["before", "first", "second", "third", "after"]);
  assert.equal(chat.drafts.length, 0);
  const history = await anna.call("GET", `/api/chats/${chatId}/messages?limit=5`);
  assert.deepEqual(history.data.map((message) => message.content), told);
});

test("a message whose answer was lost is there once", async () => {
  const [chat, heard] = await joined(anna, { attempts: 1000 });
  const sending = chat.send(chatId, "only once", { client_id: newId() });
  // The frame is out; its answer is not heard, since the server dies at once.
  await server.kill();
  await heard.state("reconnecting");
  await server.start();
  const { message_id } = await sending;
  const history = await anna.call("GET", `/api/chats/${chatId}/messages?limit=50`);
  const same = history.data.filter((message) => message.content === "only once");
  assert.deepEqual(same.map((message) => message.id), [message_id]);
});

test("a page that is loaded anew goes on from its cursor and sends what it had queued", async () => {
  const store = memory();
  const [first, heard] = await joined(boris, { store });
  const [chat] = await joined(anna);
  await chat.send(chatId, "seen");
  await heard.next("new_message");
  first.disconnect();
  void first.send(chatId, "written offline");
  await chat.send(chatId, "missed");
  const [second, again] = open(boris, { store });
  const told = [];
  second.on("new_message", (frame) => told.push(frame.message.content));
  second.join(chatId);
  const sent = new Promise((resolve) => second.on("message_sent", resolve));
  while (told.length < 2) await again.next("new_message");
  await sent;
  assert.deepEqual(told, ["missed", "written offline"]);
  assert.equal(store.getItem("chat.queue"), "[]");
});

test("edits, deletes and likes are heard, a refusal says its code", async () => {
  const [chat] = await joined(anna);
  const [other, heard] = await joined(boris);
  const { message_id } = await chat.send(chatId, "hello");
  await other.like(chatId, message_id);
  assert.equal((await heard.next("message_liked")).likes_count, 1);
  await chat.edit(chatId, message_id, "hello!");
  assert.equal((await heard.next("message_updated")).content, "hello!");
  await assert.rejects(other.edit(chatId, message_id, "mine"), { code: "FORBIDDEN" });
  await chat.delete(chatId, message_id);
  assert.equal((await heard.next("message_deleted")).message_id, message_id);
  await assert.rejects(chat.send(chatId, "   "), { code: "INVALID_DATA" });
  assert.equal(chat.drafts.length, 0);
});

test("typing is said once in a while, reading once", async () => {
  const [chat, heard] = await joined(anna);
  const [other] = await joined(boris);
  const said = [];
  other.on("sent", (frame) => said.push(frame.type));
  const { message_id } = await chat.send(chatId, "read me");
  for (let key = 0; key < 10; key += 1) other.typing(chatId);
  assert.equal((await heard.next("typing")).is_typing, true);
  other.typing(chatId, false);
  assert.equal((await heard.next("typing")).is_typing, false);
  other.read(chatId, message_id);
  other.read(chatId, message_id);
  assert.equal((await heard.next("messages_read")).user_id, boris.id);
  assert.deepEqual(said, ["typing", "typing", "read_messages"]);
});

test("a file that is brought while the server is killed arrives whole, once", async () => {
  const bytes = new Uint8Array(1_500_000).map((_, index) => (index * 7) % 253);
  const [chat] = await joined(anna, { attempts: 1000 });
  let killed;
  const progress = (sent) => {
    if (sent > 0 && !killed) killed = server.kill().then(() => server.start());
  };
  const stored = await chat.upload(new Blob([bytes], { type: "application/x-test" }), { name: "a name.bin", progress });
  await killed;
  assert.deepEqual([stored.name, stored.size, stored.type], ["a name.bin", bytes.length, "application/x-test"]);
  const { message_id } = await chat.send(chatId, stored.url, { message_type: "file", metadata: { caption: "whole" } });
  const told = (await boris.call("GET", `/api/chats/${chatId}/messages?limit=1`)).data[0];
  assert.equal(told.id, message_id);
  const brought = new Uint8Array(await (await fetch(told.content)).arrayBuffer());
  assert.deepEqual(brought, bytes);
});

test("an upload that is ended or refused says so", async () => {
  const [chat] = await joined(anna);
  const end = new AbortController();
  const ended = chat.upload(new Blob([new Uint8Array(600_000)]), { name: "ended", signal: end.signal, progress: (sent) => sent && end.abort() });
  await assert.rejects(ended, { name: "AbortError" });
  await assert.rejects(chat.upload(new Blob(["words"]), { name: "a/b" }), { code: "INVALID_DATA" });
});
