// Rooms over Socket.IO's own server, as its documents have them. It stores nothing.
import { createServer } from "node:http";
import { Server } from "socket.io";

const frame = Number(process.env.FRAME);
const http = createServer();
const io = new Server(http, { perMessageDeflate: false, serveClient: false });
io.on("connection", (socket) => {
  socket.on("join", (room, done) => done(socket.join(room)));
  socket.on("say", (room, content) => io.to(room).emit("message", { content, more: ".".repeat(Math.max(0, frame - content.length - 40)) }));
});
http.listen(0, "127.0.0.1", 4096, () => console.log(`listening on http://127.0.0.1:${http.address().port}`));
