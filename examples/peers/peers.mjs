// The servers that are compared: how each is started, and how a client connects, sends and hears.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const QUICKLY = { transports: ["websocket"], reconnectionDelay: 50, reconnectionDelayMax: 200, forceNew: true };

// Starts a program and waits for the line by which it says that it listens. Later output is read and dropped.
async function start(program, args, sign, options = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!sign.test(line)) continue;
    child.stdout.resume();
    return child;
  }
  throw new Error(`${program} ended before it listened`);
}

// Socket.IO's own server, with or without its connection state recovery.
export class Official {
  constructor(port, recovers) {
    Object.assign(this, { port, recovers, name: recovers ? "socket.io, connection state recovery" : "socket.io" });
  }

  start() {
    const server = new URL("server.mjs", import.meta.url).pathname;
    return start(process.execPath, [server, this.port, ...(this.recovers ? ["recovery"] : [])], /listening/);
  }

  async people(count) {
    return Array(count).fill(null);
  }

  client(_, hears) {
    const socket = io(`http://127.0.0.1:${this.port}`, QUICKLY);
    socket.on("message", hears);
    return { socket, send: (text) => socket.timeout(PATIENCE).emitWithAck("send", text) };
  }
}

// This server on SQLite, with dialect 5. A client that reconnects joins from its last message.
export class Chat {
  constructor(port, program) {
    Object.assign(this, { port, program, name: "chat-server" });
    this.home = mkdtempSync(join(tmpdir(), "chat-peers-"));
  }

  start() {
    const freely = ["messages", "changes", "logins", "address"].flatMap((of) => [`--rate-${of}`, "1000000"]);
    const database = `sqlite:${this.home}/chat.db`;
    const args = ["--listen", `127.0.0.1:${this.port}`, "--admin-listen", "127.0.0.1:0", "--database", database];
    const env = { ...process.env, CHAT_LOG: "warn", NO_COLOR: "1" };
    return start(this.program, [...args, ...freely, "--rate-replays", "1000000000"], new RegExp(`:${this.port}`), {
      cwd: this.home,
      env,
    });
  }

  async ask(method, path, token, body) {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const url = `http://127.0.0.1:${this.port}${path}`;
    const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async people(count) {
    const people = [];
    for (let number = 0; number < count; number++) {
      const account = { username: `p${number}`, password: "correct horse battery" };
      const answer = await this.ask("POST", "/api/auth/register", null, account);
      people.push({ token: answer.access_token, id: answer.user.id });
    }
    const member_ids = people.slice(1).map((one) => one.id);
    await this.ask("POST", "/api/chats", people[0].token, { type: "group", title: "us", member_ids });
    const chats = await this.ask("GET", "/api/v2/chats", people[0].token);
    const chat = chats.data[0].id;
    // A first message, behind which everybody can begin.
    const hello = await this.ask("POST", `/api/v2/chats/${chat}/messages`, people[0].token, { content: "hello" });
    return people.map((one) => ({ ...one, chat, last: hello.data.id }));
  }

  client({ token, chat, last }, hears) {
    const socket = io(`http://127.0.0.1:${this.port}`, { ...QUICKLY, auth: { token } });
    // `sync:required` says that the client is connected.
    socket.on("sync:required", () => socket.emit("chat:join", { chat_id: chat, last_message_id: last }));
    socket.on("chat:message:new", (message) => {
      last = message.id;
      hears(message.content);
    });
    const send = async (content) => {
      const message = { chat_id: chat, content, client_id: content };
      const answer = await socket.timeout(PATIENCE).emitWithAck("chat:message:send", message);
      if (!answer.message_id) throw new Error(JSON.stringify(answer));
    };
    return { socket, send };
  }
}

// How long an answer is waited for before the message is sent again, in milliseconds.
const PATIENCE = 2000;
