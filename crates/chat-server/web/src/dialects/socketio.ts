// Dialect 5, with the official client of Socket.IO.
import { io, type Socket } from "socket.io-client";
import { messageUuid, roomUuid } from "../state/ids.js";
import { Client, type Deed } from "./client.js";

type Json = Record<string, unknown>;

export class SocketIo extends Client {
  readonly address = "/socket.io/";
  #socket: Socket | null = null;

  protected open(): void {
    const socket = io(location.origin, { auth: { token: this.guest.token }, forceNew: true, reconnectionDelay: 1000 });
    this.#socket = socket;
    socket.onAny((event: string, data: Json) => this.hear(JSON.stringify([event, data]), event, data, data["cursor"]));
    socket.on("connected", () => {
      this.opened();
      this.#say("chat:join", { chat_id: roomUuid(this.chat), cursor: this.folded.cursor });
    });
    socket.on("disconnect", () => {
      if (this.link.is === "open") this.link.is = "opening";
    });
  }

  protected close(): void {
    this.#socket?.disconnect();
    this.#socket = null;
  }

  act({ send, typing, edit, remove, like }: Deed): void {
    const chat_id = roomUuid(this.chat);
    if (send !== undefined) this.#say("chat:message:send", { chat_id, type: "text", content: send });
    if (typing !== undefined) this.#say("chat:typing", { chat_id, is_typing: typing });
    if (edit) this.#say("chat:message:edit", { chat_id, message_id: messageUuid(edit.id), content: edit.text });
    if (remove) this.#say("chat:message:delete", { chat_id, message_id: messageUuid(remove) });
    if (like) this.#say(like.on ? "chat:message:like" : "chat:message:unlike", { chat_id, message_id: messageUuid(like.id) });
  }

  #say(event: string, data: object): void {
    this.show(true, JSON.stringify([event, data]));
    this.#socket?.emit(event, data, (answer: Json) => {
      this.show(false, JSON.stringify(answer));
      const { cursor } = answer;
      // The cursor in the answer to a join is where the replay begins.
      if (typeof cursor === "string" && event === "chat:join" && !this.folded.cursor) this.folded.cursor = cursor;
    });
  }
}
