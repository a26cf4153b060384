// Socket.IO's own server and this one under the same load and the same trouble: what was acknowledged, and who heard it.
//
//   npm ci && node run.mjs CHAT_SERVER [SECONDS]
//
// Ten clients of the npm package socket.io-client are in one room, and each sends ten messages a second, which it sends again until
// they are acknowledged. The trouble: every 200 ms somebody's connection is torn; or the server is killed every second.
import { Chat, Official } from "./peers.mjs";

const [program, seconds = 20] = process.argv.slice(2);
const CLIENTS = 10;
const EVERY = 100;
const nap = (millis) => new Promise((done) => setTimeout(done, millis));

class Client {
  constructor(peer, person, number) {
    Object.assign(this, { number, heard: [], acked: [] });
    Object.assign(this, peer.client(person, (text) => this.heard.push(text)));
  }

  // Sends messages one after the other, each again and again until it is acknowledged.
  async talk(until) {
    for (let count = 0; !until.over; count++) {
      const text = `${this.number}:${count}`;
      while (!(await this.send(text).then(() => true, () => false))) await nap(20);
      this.acked.push(text);
      await nap(EVERY);
    }
  }

  // Breaks the connection without a closing handshake.
  tear() {
    this.socket.io.engine?.transport?.ws?.terminate();
  }
}

const troubles = {
  "connections are torn": async (clients, _, until) => {
    while (!until.over) {
      clients[Math.floor(Math.random() * clients.length)].tear();
      await nap(200);
    }
  },
  "the server is killed": async (_, server, until) => {
    while (!until.over) {
      await nap(1000);
      await server.again();
    }
  },
};

async function prove(peer, trouble) {
  const server = { child: await peer.start() };
  server.again = async () => {
    const gone = new Promise((done) => server.child.once("exit", done));
    server.child.kill("SIGKILL");
    await gone;
    server.child = await peer.start();
  };
  const people = await peer.people(CLIENTS);
  const clients = people.map((person, number) => new Client(peer, person, number));
  while (!clients.every((client) => client.socket.connected)) await nap(50);
  await nap(500);
  const until = { over: false };
  const talking = clients.map((client) => client.talk(until));
  const troubled = troubles[trouble](clients, server, until);
  await nap(seconds * 1000);
  until.over = true;
  await Promise.all([troubled, ...talking]);
  // Waits until everybody has reconnected and nothing new comes.
  for (let before = -1, now = 0; before !== now; before = now, now = clients.reduce((sum, one) => sum + one.heard.length, 0)) {
    await nap(2000);
  }
  clients.forEach((client) => client.socket.close());
  server.child.kill("SIGKILL");
  return count(clients);
}

function count(clients) {
  const acked = clients.flatMap((client) => client.acked);
  const sum = { acked: acked.length, due: acked.length * clients.length, received: 0, lost: 0, twice: 0, reordered: 0 };
  for (const { heard } of clients) {
    const first = new Set(heard);
    sum.received += heard.length;
    sum.lost += acked.filter((text) => !first.has(text)).length;
    sum.twice += heard.length - first.size;
    const newest = {};
    for (const text of first) {
      const [who, number] = text.split(":").map(Number);
      sum.reordered += number < (newest[who] ?? -1);
      newest[who] = Math.max(number, newest[who] ?? -1);
    }
  }
  return sum;
}

const peers = [() => new Official(41001, false), () => new Official(41002, true), () => new Chat(41003, program)];
const figures = ["acked", "due", "received", "lost", "twice", "reordered"];
console.log(`| | trouble | ${figures.join(" | ")} |\n|---|---|${figures.map(() => "---:").join("|")}|`);
for (const trouble of Object.keys(troubles)) {
  for (const make of peers) {
    const peer = make();
    const sum = await prove(peer, trouble);
    console.log(`| ${peer.name} | ${trouble} | ${figures.map((name) => sum[name].toLocaleString("en")).join(" | ")} |`);
  }
}
process.exit(0);
