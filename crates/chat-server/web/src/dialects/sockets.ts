// Dialects 2, 3 and 4: plain WebSockets.
import { messageUuid, roomUuid } from "../state/ids.js";
import { Client, type Deed } from "./client.js";

type Json = Record<string, unknown>;

abstract class Socket extends Client {
  #socket: WebSocket | null = null;

  protected abstract where(): URL;
  protected abstract spell(deed: Deed): object;
  /** Returns the frame that is sent first. */
  protected greet(): object | null {
    return null;
  }

  protected open(): void {
    const url = this.where();
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      const greeting = this.greet();
      if (greeting) this.#say(greeting);
      this.opened();
    };
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data)) as Json;
      this.hear(String(data), String(frame["type"]), { ...frame, ...(frame["message"] as Json), ...(frame["payload"] as Json) }, frame["cursor"]);
    };
    socket.onclose = () => socket === this.#socket && this.lost(() => this.open());
  }

  protected close(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  act(deed: Deed): void {
    this.#say(this.spell(deed));
  }

  #say(frame: object): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const text = JSON.stringify(frame);
    this.show(true, text);
    this.#socket.send(text);
  }
}

export class Multiplexed extends Socket {
  readonly address = "/ws";
  protected where = () => this.url("/ws", {});
  protected override greet = () => ({ type: "join_chat", chat_id: this.chat, cursor: this.folded.cursor });

  protected spell({ send, typing, edit, remove, like }: Deed): object {
    const chat_id = this.chat;
    if (send !== undefined) return { type: "send_message", chat_id, content: send };
    if (edit) return { type: "edit_message", chat_id, message_id: edit.id, content: edit.text };
    if (remove) return { type: "delete_message", chat_id, message_id: remove };
    if (like) return { type: like.on ? "like_message" : "unlike_message", chat_id, message_id: like.id };
    return { type: "typing", chat_id, is_typing: typing };
  }
}

export class Room extends Socket {
  readonly address = `/ws/chat/${this.chat}/`;
  protected where = () => this.url(`/ws/chat/${this.chat}/`, { cursor: this.folded.cursor });

  protected spell({ send, typing, edit, remove, like }: Deed): object {
    if (send !== undefined) return { type: "chat_message", message: send };
    if (edit) return { type: "edit_message", message_id: edit.id, message: edit.text };
    if (remove) return { type: "delete_message", message_id: remove };
    if (like) return { type: like.on ? "like_message" : "unlike_message", message_id: like.id };
    return { type: "typing", is_typing: typing };
  }
}

export class Roulette extends Socket {
  readonly address = "/api/v1/ws?chat_id=…";
  protected where = () => this.url("/api/v1/ws", { chat_id: roomUuid(this.chat), cursor: this.folded.cursor });

  protected spell({ send, typing, edit, remove, like }: Deed): object {
    if (send !== undefined) return { type: "send_message", payload: { content: send } };
    if (edit) return { type: "edit_message", payload: { message_id: messageUuid(edit.id), content: edit.text } };
    if (remove) return { type: "delete_message", payload: { message_id: messageUuid(remove) } };
    if (like) return { type: like.on ? "like_message" : "unlike_message", payload: { message_id: messageUuid(like.id) } };
    return { type: "typing", payload: { is_typing: typing } };
  }
}
