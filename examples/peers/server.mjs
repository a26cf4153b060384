// Socket.IO's own server as its documentation has it: one room, every message is told to all of it and acknowledged.
//
//   node server.mjs PORT [recovery]
import { Server } from "socket.io";

const [port, recovery] = process.argv.slice(2);
const io = new Server(Number(port), recovery ? { connectionStateRecovery: { maxDisconnectionDuration: 120_000 } } : {});
io.on("connection", (socket) => {
  // A recovered connection is in its rooms already.
  if (!socket.recovered) socket.join("us");
  socket.on("send", (text, done) => {
    io.to("us").emit("message", text);
    done();
  });
});
process.stdout.write("listening\n");
