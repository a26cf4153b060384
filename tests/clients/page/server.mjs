// A server of this build on a free port, killed and started again with the same database: for tests and screenshots.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");

export function binary() {
  if (process.env.CHAT_SERVER) return process.env.CHAT_SERVER;
  const built = ["release", "debug"].map((profile) => join(TARGET, profile, "chat-server"));
  const found = built.find(existsSync);
  if (!found) throw new Error("no chat-server: run `cargo build --release -p chat-server` first");
  return found;
}

export class Server {
  constructor(flags = {}, act = []) {
    this.act = act;
    this.home = mkdtempSync(join(tmpdir(), "chat-page-"));
    this.flags = { "rate-messages": "100000", "rate-logins": "100000", ...flags };
    this.port = 0;
    this.adminPort = 0;
  }

  static start(flags, act) {
    return new Server(flags, act).start();
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get adminUrl() {
    return `http://127.0.0.1:${this.adminPort}`;
  }

  /** Resolves once both addresses were printed. */
  start() {
    const flags = Object.entries(this.flags).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]));
    const words = [...this.act, "--listen", `127.0.0.1:${this.port}`, "--admin-listen", `127.0.0.1:${this.adminPort}`];
    words.push("--database", `sqlite:${join(this.home, "chat.db")}`, ...flags);
    this.process = spawn(binary(), words, { stdio: ["ignore", "pipe", "pipe"] });
    this.said = "";
    this.process.stderr.on("data", (data) => (this.said += data));
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    return new Promise((resolve, reject) => {
      this.process.stdout.on("data", (data) => {
        this.said += data;
        const admin = this.said.match(/^admin listening on http:\/\/[^:]+:(\d+)/m);
        if (!admin) return;
        this.adminPort = Number(admin[1]);
        this.port = Number(this.said.match(/^listening on http:\/\/[^:]+:(\d+)/m)[1]);
        resolve(this);
      });
      this.ended.then(() => reject(new Error(`the server ended:\n${this.said}`)));
    });
  }

  async kill(signal = "SIGKILL") {
    this.process.kill(signal);
    await this.ended;
  }

  async end() {
    await this.kill();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Somebody with a token, and HTTP in their name. */
  async person(username, name = username) {
    const account = { username, name, password: "correct horse" };
    const tokens = await call(this, null, "POST", "/api/auth/register", account);
    const person = { ...tokens.user, ...account, tokens };
    return { ...person, call: (...request) => this.call(tokens.access_token, ...request) };
  }

  /** HTTP in the name of whom a token names. */
  call(token, ...request) {
    return call(this, token, ...request);
  }
}

async function call(server, token, method, path, body) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(server.url + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
