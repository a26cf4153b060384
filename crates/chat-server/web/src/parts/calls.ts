// The people who can be mentioned in a chat.
import { keepsOrder, type ChatLine } from "../state/chats.js";
import { isMe, nameOf, person } from "../state/people.js";

export interface Callable {
  /** 0 stands for everybody. */
  id: number;
  username: string;
}

/** Returns those whose name or username begins like this, the likeliest first. */
export function callables(chat: ChatLine, begun: string): Callable[] {
  const wanted = begun.toLocaleLowerCase();
  const people = chat.members.filter(({ id }) => !isMe(id)).map(({ id }) => ({ id, username: person(id).username }));
  const all = keepsOrder(chat) ? [...people, { id: 0, username: "all" }] : people;
  const rank = ({ id, username }: Callable) => {
    const names = [username, ...(id ? nameOf(id).split(/\s+/) : [])].map((name) => name.toLocaleLowerCase());
    return names.findIndex((name) => name.startsWith(wanted));
  };
  const found = all.filter((one) => one.username && rank(one) >= 0);
  return found.sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

const MOST = 8;
