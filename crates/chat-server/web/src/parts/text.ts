// What a message's text is made of. It is always shown as text: nothing of it ever becomes markup.

export interface Piece {
  text: string;
  link?: string;
  /** A name that is called: whose, in lower case. */
  calls?: string;
}

const FOUND = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}»]|(?<![\p{L}\p{N}_])@[\p{L}\p{N}_.-]*[\p{L}\p{N}_]/gu;

/** The text in pieces; `called` are the names, in lower case, that call somebody if `@` is before them. */
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

/** The beginning of a name that is being typed before the caret, after its `@`; null if none is. */
export function nameBegun(text: string, caret: number): string | null {
  return /(?<![\p{L}\p{N}_])@([\p{L}\p{N}_.-]*)$/u.exec(text.slice(0, caret))?.[1] ?? null;
}

/** Whether a text is one to three emoji and nothing else: these are shown large. */
export function smileys(text: string): boolean {
  return /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic})*\s?){1,3}$/u.test(text.trim());
}
