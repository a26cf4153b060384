// A message in one line: for the list of chats, quotes, pins, and screen readers.
import { nameIn, sortIn } from "../state/files.js";
import { hasFile, type Metadata } from "../state/message.js";
import { words } from "../words/index.js";

interface Said {
  type: string;
  content: string;
  metadata?: Metadata;
  file?: { name: string } | null;
}

/** Returns the text, or for a file its kind and caption. */
export function shortOf(said: Said): string {
  const sort = hasFile(said) ? said.type : fileIn(said.content);
  const sorts = words.value.pictures;
  if (!sort) return sorts[said.type] ?? said.content;
  const name = sort === "file" ? (said.file?.name ?? nameIn(said.content)) : null;
  return [name ?? sorts[sort], said.metadata?.caption].filter(Boolean).join(": ");
}

/** Returns the file in a content. Lists and quotes have only its address. */
function fileIn(content: string): string | null {
  const name = nameIn(content);
  return name && sortIn(name);
}
