/** A request that the server refused, in its words. */
export class Refused extends Error {
  constructor(
    /** `FORBIDDEN`, `RATE_LIMIT` and so on. */
    readonly code: string,
    message: string,
    /** What else the server said beside the code. */
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "Refused";
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.code === "UNAVAILABLE" || this.code === "RATE_LIMIT";
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super("the server cannot be reached", { cause });
    this.name = "Unreachable";
  }
}
