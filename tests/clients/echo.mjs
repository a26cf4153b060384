// A real Socket.IO client against the echo: `node echo.mjs PACKAGE TRANSPORTS NAMESPACE ADDRESS`. Says nothing if all is well.
import assert from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";

const [, , name, transports, namespace, address] = process.argv;
const { io } = await import(name);
const options = { transports: transports.split(","), forceNew: true, reconnection: false };
const PATIENCE = 5000;

const within = (promise, what) =>
    Promise.race([promise, sleep(PATIENCE, null, { ref: false }).then(() => Promise.reject(new Error(`no ${what}`)))]);
const next = (socket, event) => within(new Promise((resolve) => socket.once(event, resolve)), event);
const acknowledged = (socket, ...args) =>
    within(new Promise((resolve) => socket.emit("message-with-ack", ...args, (...back) => resolve(back))), "ack");

const refused = io(`${address}/nowhere`, options);
assert.equal((await next(refused, "connect_error")).message, "Invalid namespace");
refused.close();

const socket = io(address + namespace, { ...options, auth: { token: "x" } });
assert.deepEqual(await next(socket, "auth"), { token: "x" });

const heard = [];
socket.on("message-back", (...args) => heard.push(args));
for (let n = 0; n < 50; n++) socket.emit("message", n);
socket.emit("message", Buffer.from([1, 2, 3]), { text: "ё" });
const [one, bytes] = await acknowledged(socket, 1, Buffer.from([9]));
assert.deepEqual([one, [...bytes]], [1, [9]]);
for (const end = Date.now() + PATIENCE; heard.length < 51 && Date.now() < end; ) await sleep(10);
assert.deepEqual(heard.slice(0, 50), [...Array(50).keys()].map((n) => [n]));
assert.deepEqual([[...heard[50][0]], heard[50][1]], [[1, 2, 3], { text: "ё" }]);

// Longer than a session lives that does not answer pings.
await sleep(1200);
assert.ok(socket.connected);
assert.equal(socket.io.engine.transport.name, options.transports.at(-1));
assert.deepEqual(await acknowledged(socket, 7), [7]);
socket.disconnect();
