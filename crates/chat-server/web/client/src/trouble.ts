/** A request that the server refused. */
export class Refused extends Error {
  constructor(
    /** The code: `FORBIDDEN`, `RATE_LIMIT` and so on. */
    readonly code: string,
    message: string,
    /** The other fields of the server's answer. */
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
