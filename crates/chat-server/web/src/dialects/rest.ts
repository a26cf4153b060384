// Dialect 1: commands over HTTP; events over server-sent events, or by polling.
import { ref } from "vue";
import { Client, type Deed } from "./client.js";

interface Polled {
  events: { type: string; data: Record<string, unknown> }[];
  cursor: string;
}

export class Rest extends Client {
  readonly polls = ref(false);
  #source: EventSource | null = null;
  #polling: AbortController | null = null;

  get address() {
    return this.polls.value ? `/api/chats/${this.chat}/poll` : `/api/chats/${this.chat}/stream`;
  }

  /** Changes between stream and polling, from the same cursor. */
  change(polls: boolean): void {
    this.cut();
    this.polls.value = polls;
    this.connect();
  }

  protected open(): void {
    if (this.polls.value) void this.#poll();
    else this.#stream();
  }

  protected close(): void {
    this.#source?.close();
    this.#polling?.abort();
  }

  #stream(): void {
    const source = new EventSource(this.url(`/api/chats/${this.chat}/stream`, { cursor: this.folded.cursor }));
    this.#source = source;
    source.onopen = () => this.opened();
    source.onmessage = ({ data, lastEventId }) => {
      const { type, data: told } = JSON.parse(data) as { type: string; data: Record<string, unknown> };
      this.hear(`id: ${lastEventId}\ndata: ${data}`, type, told, lastEventId);
    };
    source.onerror = () => {
      if (source === this.#source && source.readyState === EventSource.CLOSED) this.lost(() => this.open());
      else if (this.link.is === "open") this.link.is = "opening";
    };
  }

  async #poll(): Promise<void> {
    const polling = new AbortController();
    this.#polling = polling;
    try {
      for (let wait = 0; !polling.signal.aborted; wait = 25) {
        const path = `/api/chats/${this.chat}/poll?wait=${wait}&cursor=${encodeURIComponent(this.folded.cursor)}`;
        const polled = await this.ask<Polled>("GET", path, undefined, polling.signal);
        this.opened();
        for (const { type, data } of polled.events) this.hear(JSON.stringify({ type, data }), type, data);
        this.folded.cursor = polled.cursor;
      }
    } catch {
      if (!polling.signal.aborted) this.lost(() => this.open());
    }
  }

  act(deed: Deed): void {
    void this.#act(deed).catch((error: Error) => this.show(false, error.message));
  }

  async #act({ send, typing, edit, remove, like }: Deed): Promise<void> {
    const chat = `/api/chats/${this.chat}`;
    if (send !== undefined) await this.ask("POST", `${chat}/messages`, { content: send });
    if (typing !== undefined) await this.ask("POST", `${chat}/typing`, { is_typing: typing });
    if (edit) await this.ask("PATCH", `${chat}/messages/${edit.id}`, { content: edit.text });
    if (remove) await this.ask("DELETE", `${chat}/messages/${remove}`);
    if (like) await this.ask(like.on ? "PUT" : "DELETE", `${chat}/messages/${like.id}/like`);
  }
}
