// A message in a line: in the list of chats, above an answer, among the pins, for who listens.
import { nameIn, sortIn } from "../state/files.js";
import { hasFile, type Metadata } from "../state/message.js";
import { words } from "../words/index.js";

interface Said {
  type: string;
  content: string;
  metadata?: Metadata;
  file?: { name: string } | null;
}

/** Words as they are; of a file what it is, and what was said with it. */
export function shortOf(said: Said): string {
  const sort = hasFile(said) ? said.type : fileIn(said.content);
  const sorts = words.value.pictures;
  if (!sort) return sorts[said.type] ?? said.content;
  const name = sort === "file" ? (said.file?.name ?? nameIn(said.content)) : null;
  return [name ?? sorts[sort], said.metadata?.caption].filter(Boolean).join(": ");
}

/** Lists and answers tell the address alone. */
function fileIn(content: string): string | null {
  const name = nameIn(content);
  return name && sortIn(name);
}
