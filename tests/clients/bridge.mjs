// Lends the JavaScript clients to the Python tests: one JSON command a line in, one JSON event a line out.
//
//   {op: "socketio", id, version: 4 | 3, url, options}    socket.io-client
//   {op: "eventsource", id, url, headers}                 the npm package eventsource
//   {op: "emit", id, event, data, ack}                    `ack` names the answer
//   {op: "cut", id}                                       drops the transport without a goodbye
//   {op: "close", id}
import { createInterface } from "node:readline";
import { io as io4 } from "socket.io-client";
import { io as io3 } from "socket.io-client-v3";
import { EventSource } from "eventsource";

const clients = new Map();
const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");

const operations = {
  socketio({ id, version, url, options }) {
    const socket = (version === 3 ? io3 : io4)(url, { forceNew: true, reconnection: false, ...options });
    clients.set(id, socket);
    socket.on("connect", () => say({ id, kind: "connect", sid: socket.id, transport: socket.io.engine.transport.name }));
    socket.on("connect_error", (error) => say({ id, kind: "connect_error", message: error.message }));
    socket.on("disconnect", (reason) => say({ id, kind: "disconnect", reason }));
    // The manager of version 4 tells of upgrades on its engine, as that of version 3 does.
    socket.io.on("open", () =>
      socket.io.engine.on("upgrade", (transport) => say({ id, kind: "upgrade", transport: transport.name })),
    );
    socket.onAny((event, data) => say({ id, kind: "event", event, data }));
  },
  eventsource({ id, url, headers }) {
    const source = new EventSource(url, {
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...headers } }),
    });
    clients.set(id, source);
    source.onopen = () => say({ id, kind: "connect" });
    source.onerror = (error) => say({ id, kind: "error", code: error.code ?? null, state: source.readyState });
    source.onmessage = (event) =>
      say({ id, kind: "event", event: null, data: { cursor: event.lastEventId, ...JSON.parse(event.data) } });
  },
  emit({ id, event, data, ack }) {
    const answer = (value) => say({ id, kind: "ack", ack, value });
    if (ack === undefined || ack === null) clients.get(id).emit(event, data);
    else clients.get(id).emit(event, data, answer);
  },
  cut({ id }) {
    const engine = clients.get(id).io.engine;
    if (engine.transport.ws) engine.transport.ws.terminate();
    // Polling has no connection to drop: the client just never asks again.
    else (engine._onClose ?? engine.onClose).call(engine, "transport close");
  },
  close({ id }) {
    clients.get(id).close();
    clients.delete(id);
  },
};

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    try {
      operations[command.op](command);
    } catch (error) {
      say({ id: command.id, kind: "failure", message: String(error?.stack ?? error) });
    }
  })
  .on("close", () => process.exit(0));
