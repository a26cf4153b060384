// Files before they are sent and as they are shown: their kind, their size on the screen, their address.
import { newId } from "chat-client";
import type { Message, Metadata } from "./message.js";

export type Sort = "photo" | "video" | "voice" | "file";

/** A file that was chosen, dropped, pasted or recorded. */
export interface Attachment {
  key: string;
  file: Blob;
  name: string;
  sort: Sort;
  /** The address under which this page can show it. */
  local: string;
  metadata: Metadata;
}

/** Examines a file. One that browsers cannot show is sent as a plain file, whatever its name. */
export async function attachment(file: File): Promise<Attachment> {
  const local = URL.createObjectURL(file);
  const known = { key: newId(), file, name: file.name || "file", local };
  const measure = PICTURES.includes(file.type) ? pictureOf : FILMS.includes(file.type) ? filmOf : null;
  const metadata = await measure?.(local).catch(() => null);
  const sort = !metadata ? "file" : measure === pictureOf ? "photo" : "video";
  return { ...known, sort, metadata: metadata ?? {} };
}

/** Makes a recording with its length and loudness. */
export function recording(file: Blob, duration: number, waveform: number[]): Attachment {
  const name = file.type.startsWith("audio/webm") ? "voice.weba" : "voice.m4a";
  return { key: newId(), file, name, sort: "voice", local: URL.createObjectURL(file), metadata: { duration, waveform } };
}

async function pictureOf(local: string): Promise<Metadata> {
  const picture = new Image();
  picture.src = local;
  await picture.decode();
  return { width: picture.naturalWidth, height: picture.naturalHeight };
}

function filmOf(local: string): Promise<Metadata> {
  const film = document.createElement("video");
  film.preload = "metadata";
  return new Promise((resolve, reject) => {
    film.onerror = reject;
    film.onloadedmetadata = () => {
      const { videoWidth: width, videoHeight: height, duration } = film;
      if (!width || !height) return reject(new Error("nothing to see"));
      resolve({ width, height, ...(Number.isFinite(duration) && { duration }) });
    };
    film.src = local;
  });
}

/**
 * Returns the address from which a message's file is loaded. For our own files it is under this page's address, however the
 * server was called when they came.
 */
export function sourceOf({ file, content, local }: Message): string {
  if (local) return local;
  return file ? new URL(file.url, location.origin).pathname : content;
}

/** Returns the space that a picture or film takes, before it is loaded. */
export function boxOf({ width, height }: Metadata): { width: string; aspectRatio: string } {
  const [w, h] = width && height ? [width, height] : [4, 3];
  const scale = width && height ? Math.min(1, WIDEST / w, HIGHEST / h) : HIGHEST / h / 1.4;
  return { width: `${Math.max(Math.round(w * scale), LEAST)}px`, aspectRatio: `${w} / ${Math.min(h, w * 3)}` };
}

/** Returns the file's name in an address, if it is one of ours. */
export function nameIn(address: string): string | null {
  const name = /^https?:\/\/[^/]+\/api(?:\/v[12])?\/files\/[\w-]{22,}\/([^/?#]+)$/.exec(address)?.[1];
  try {
    return name === undefined ? null : decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** Returns the kind of a file, as its name suggests. */
export function sortIn(name: string): Sort {
  const ending = name.split(".").pop()!.toLowerCase();
  if (["png", "jpg", "jpeg", "gif", "webp"].includes(ending)) return "photo";
  if (["mp4", "webm"].includes(ending)) return "video";
  return ["weba", "m4a", "ogg", "mp3"].includes(ending) ? "voice" : "file";
}

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const FILMS = ["video/mp4", "video/webm"];
const WIDEST = 420;
const HIGHEST = 340;
const LEAST = 120;
