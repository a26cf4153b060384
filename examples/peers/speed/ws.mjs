// Rooms over the npm package ws: what is said at /ROOM goes to all who are there. It stores nothing.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const rooms = new Map();
const frame = Number(process.env.FRAME);
const http = createServer();
new WebSocketServer({ server: http, perMessageDeflate: false }).on("connection", (socket, { url }) => {
  const room = rooms.get(url) ?? new Set();
  rooms.set(url, room.add(socket));
  socket.on("close", () => room.delete(socket));
  socket.on("message", (content) => {
    const told = `{"type":"new_message","content":"${content}"`.padEnd(frame - 1) + "}";
    for (const member of room) member.send(told);
  });
});
http.listen(0, "127.0.0.1", 4096, () => console.log(`listening on http://127.0.0.1:${http.address().port}`));
