// The parts of a message's text. They are always shown as text, and never become markup.

export interface Piece {
  text: string;
  link?: string;
  /** The name that is mentioned, in lower case. */
  calls?: string;
}

const FOUND = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}»]|(?<![\p{L}\p{N}_])@[\p{L}\p{N}_.-]*[\p{L}\p{N}_]/gu;

/** Splits a text into parts. `called` has the names, in lower case, that mention somebody after an `@`. */
export function pieces(text: string, called: Set<string> = new Set()): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(FOUND)) {
    const name = match[0].startsWith("@") ? match[0].slice(1).toLowerCase() : null;
    if (name !== null && !called.has(name)) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push(name === null ? { text: match[0], link: match[0] } : { text: match[0], calls: name });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** Returns the beginning of a name that is being typed before the caret, after its `@`; null if there is none. */
export function nameBegun(text: string, caret: number): string | null {
  return /(?<![\p{L}\p{N}_])@([\p{L}\p{N}_.-]*)$/u.exec(text.slice(0, caret))?.[1] ?? null;
}

/** Tells whether a text is one to three emoji and nothing else. These are shown large. */
export function smileys(text: string): boolean {
  return /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic})*\s?){1,3}$/u.test(text.trim());
}
