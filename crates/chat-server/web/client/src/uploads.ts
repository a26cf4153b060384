import type { Session } from "./session.js";
import { Refused, Unreachable } from "./trouble.js";

/** A file on the server. Its `url` is the content of a photo, video, voice message or file. */
export interface StoredFile {
  id: string;
  url: string;
  name: string;
  size: number;
  /** Its media type. */
  type: string;
}

export interface UploadOptions {
  /** The name for others. A `File` has one of its own. */
  name?: string;
  /** Called with the number of bytes that have arrived. */
  progress?: (sent: number, size: number) => void;
  /** Aborts the upload: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

interface Announced {
  id: string;
  upload: { url: string; headers: Record<string, string> };
}

/**
 * Uploads a file piece by piece. After a loss it goes on from where it was as soon as the server is back, for as long as it
 * takes, unless the signal aborts it.
 */
export async function upload(session: Session, fetcher: typeof fetch, file: Blob, options: UploadOptions = {}): Promise<StoredFile> {
  const { name = file instanceof File ? file.name : "file", progress, signal } = options;
  const type = file.type || "application/octet-stream";
  const body = { name, size: file.size, type };
  const { data } = await persistently(signal, () => session.request<{ data: Announced }>("POST", "/api/files", body));
  const path = `/api/files/${data.id}`;
  const { headers } = data.upload;
  if (!new URL(data.upload.url).pathname.endsWith(path)) {
    // If the bytes are kept elsewhere, they are sent there in one piece.
    await persistently(signal, () => put(fetcher, data.upload.url, { method: "PUT", headers, body: file, signal }));
    progress?.(file.size, file.size);
  } else {
    // Under the address by which this client knows the server, whatever a proxy calls it.
    const url = session.url + path;
    let [sent, lost] = [0, false];
    while (sent < file.size) {
      progress?.(sent, file.size);
      const upto = Math.min(sent + PIECE, file.size);
      const range = { "Content-Range": `bytes ${sent}-${upto - 1}/${file.size}` };
      sent = await persistently(signal, async () => {
        if (lost) {
          const there = Number((await put(fetcher, url, { method: "HEAD", signal })).headers.get("Upload-Offset"));
          if (there !== sent) return (lost = false), there;
        }
        lost = true;
        await put(fetcher, url, { method: "PUT", headers: { ...headers, ...range }, body: file.slice(sent, upto), signal });
        lost = false;
        return upto;
      });
    }
  }
  const stored = await persistently(signal, () => session.request<{ data: StoredFile }>("POST", `${path}/done`));
  progress?.(file.size, file.size);
  return stored.data;
}

/** Tries until it succeeds, is refused for good, or is aborted. */
async function persistently<T>(signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    signal?.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      signal?.throwIfAborted();
      if (!passes(error)) throw error;
      await pause(Math.min(500 * 2 ** tries, 15_000) * (0.5 + Math.random() / 2), signal);
    }
  }
}

/**
 * Tells whether it is worth waiting: for the network, for the server, or for another upload of the same piece. A full quota is
 * not; that lasts until tomorrow.
 */
function passes(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (!(error instanceof Refused) || Number(error.details["retry_after"]) > PATIENCE) return false;
  return error.passing || error.code === "CONFLICT";
}

function pause(time: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      for (const [where, what] of awaited) where?.removeEventListener?.(what, end);
      resolve();
    };
    const timer = setTimeout(end, time);
    const awaited = [[signal, "abort"], [globalThis as EventTarget, "online"]] as const;
    for (const [where, what] of awaited) where?.addEventListener?.(what, end);
  });
}

async function put(fetcher: typeof fetch, url: string, request: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetcher(url, { ...request, credentials: "omit" });
  } catch (error) {
    throw new Unreachable(error);
  }
  if (answer.ok) return answer;
  const told = (await answer.json().catch(() => ({}))) as { code?: string; message?: string };
  const code = told.code ?? (answer.status >= 500 ? "UNAVAILABLE" : String(answer.status));
  throw new Refused(code, told.message ?? answer.statusText);
}

/** How many seconds a temporary refusal is waited for. */
const PATIENCE = 60;
/** The size of a piece: small enough that a loss costs little, large enough that the headers do not count. */
const PIECE = 256 << 10;
