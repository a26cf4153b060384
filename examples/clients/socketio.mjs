// A chat over Socket.IO with the official client: node socketio.mjs URL TOKEN CHAT_UUID
//
// Prints every message and sends each line of the standard input. The cursor of the newest event is given back on joining:
// after a lost connection the server tells exactly what was missed. A send whose ACK did not come is sent again with the same
// `client_id`, which makes that safe.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [url, token, chat_id] = process.argv.slice(2);
const socket = io(url, { auth: { token } });
let cursor = "";

// The server sends `sync:required` first, after each connection.
socket.on("sync:required", async () => {
  const joined = await socket.emitWithAck("chat:join", { chat_id, cursor });
  if (joined.status === "error") throw new Error(joined.message);
  cursor ||= joined.cursor;
});
socket.onAny((event, data) => {
  cursor = data?.cursor ?? cursor;
});
socket.on("chat:message:new", ({ sender_name, content }) => console.log(`${sender_name}: ${content}`));
socket.on("error", ({ code, message }) => console.error(`${code}: ${message}`));

async function send(content) {
  const draft = { chat_id, type: "text", content, client_id: crypto.randomUUID() };
  for (;;) {
    try {
      return await socket.timeout(5000).emitWithAck("chat:message:send", draft);
    } catch {
      // No answer: it is unknown whether the message was stored. Sending it again tells.
    }
  }
}
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await send(line);
  if (answer.status === "error") console.error(`${answer.code}: ${answer.message}`);
}
