// A room with very many messages, put into a database at once: what is exported of a small one is made long and imported.
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, Server } from "./server.mjs";

/** A server with two people in one room of this many messages, all read. */
export async function longRoom(count) {
  const server = await Server.start();
  const [me, anna] = [await server.person("maria", "Maria Keller"), await server.person("anna", "Anna Petrova")];
  const chat = (await me.call("POST", "/api/chats", { type: "group", title: "A long story", member_ids: [anna.id] })).data.id;
  for (const person of [me, anna]) await person.call("POST", `/api/chats/${chat}/messages`, { content: "the first word" });
  await server.kill("SIGTERM");
  lengthen(server, count);
  await server.start();
  // Another database has other keys.
  const { access_token } = await server.call(null, "POST", "/api/auth/login", { username: me.username, password: me.password });
  await server.call(access_token, "POST", `/api/chats/${chat}/read`, {});
  return { server, me, chat };
}

function lengthen(server, count) {
  const [database, archive] = [join(server.home, "chat.db"), join(server.home, "all.ndjson")];
  const command = (act, file) => execFileSync(binary(), [act, file, "--database", `sqlite:${database}`], { stdio: "ignore" });
  command("export", archive);
  const rows = readFileSync(archive, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const templates = rows.flatMap((row) => row.messages ?? []);
  const room = rows.find((row) => row.rooms).rooms;
  const began = room.last_at;
  const messages = Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const template = templates[Math.floor(index / 3) % 2];
    const own_number = 3 * Math.floor(index / 6) + (index % 3) + 1;
    // Past every full moment of the first, a minute and a half apart.
    const created_at = began - (count - index) * 90_000_000;
    return { ...template, id: number, number, own_number, seq: number + 1, created_at, content: `${number} ${TEXTS[index % TEXTS.length]}` };
  });
  Object.assign(room, { last_message: count, sent: count, seq: count + 1, created_at: messages[0].created_at, last_at: messages.at(-1).created_at });
  for (const { members } of rows) if (members) members.sent = messages.filter(({ sender }) => sender === members.person).length;
  const made = rows.filter((row) => !row.messages && !row.end);
  made.push(...messages.map((message) => ({ messages: message })));
  made.push({ end: { rows: made.length - 1 } });
  writeFileSync(archive, made.map((row) => JSON.stringify(row)).join("\n") + "\n");
  renameSync(database, join(server.home, "short.db"));
  for (const rest of ["-wal", "-shm"]) rmSync(database + rest, { force: true });
  command("import", archive);
}

const TEXTS = [
  "Morning!",
  "The release candidate is on staging, and everybody who has half an hour is invited to look at it before we decide.",
  "👍",
  "Two things are left. The first one is the invitation mail, which still speaks of a beta; the second one is the picture at the top, which is too large for a telephone.",
  "See https://example.org/changes/1184",
  "Great, thanks",
];
