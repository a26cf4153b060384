/** Calls the handlers that have subscribed. */
export class Emitter<Events extends object> {
  #handlers = new Map<keyof Events, Set<(value: never) => void>>();

  /** Calls the handler on every event of this type. Returns the function that unsubscribes. */
  on<Type extends keyof Events>(type: Type, handler: (value: Events[Type]) => void): () => void {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers);
    handlers.add(handler as (value: never) => void);
    return () => void handlers.delete(handler as (value: never) => void);
  }

  /** An error in one handler does not keep the others from being called. */
  protected emit<Type extends keyof Events>(type: Type, value: Events[Type]): void {
    for (const handler of [...(this.#handlers.get(type) ?? [])]) {
      try {
        (handler as (value: Events[Type]) => void)(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
