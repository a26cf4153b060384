// What a chat of the client library has said, to be waited for.

export class Heard {
  constructor(chat) {
    this.frames = [];
    this.states = [chat.state];
    this.waiting = [];
    chat.on("frame", (frame) => this.put(this.frames, frame));
    chat.on("state", (state) => this.put(this.states, state));
  }

  put(list, what) {
    list.push(what);
    this.waiting.splice(0).forEach((look) => look());
  }

  /** The next frame of this type that was not taken yet. */
  next(type) {
    return this.take(this.frames, (frame) => frame.type === type, `a frame ${type}`);
  }

  state(is) {
    return this.take(this.states, (state) => state.is === is, `the state ${is}`);
  }

  async take(list, is, what) {
    const deadline = Date.now() + WAIT;
    for (;;) {
      const at = list.findIndex(is);
      if (at >= 0) return list.splice(0, at + 1).at(-1);
      if (Date.now() > deadline) throw new Error(`${what} did not come; there is ${JSON.stringify(list)}`);
      await new Promise((resolve) => {
        this.waiting.push(resolve);
        setTimeout(resolve, 1000).unref();
      });
    }
  }
}

/** A store that lives as long as the test. */
export function memory() {
  const values = new Map();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

/** Only against hanging. */
const WAIT = 60_000;
