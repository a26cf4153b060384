// History. Dialect 4 tells the status of messages, and dialect 5 what comes with a file; where both are needed, both are asked.
import { idOf, messageUuid, roomUuid } from "./ids.js";
import { hasFile, type MessageObject, type Page } from "./message.js";
import { isMe } from "./people.js";
import { request } from "./server.js";

/** Loads a page of a room, or of the thread under a message. */
export async function pageOf(room: number, thread: number | null, limit: number, more: string): Promise<Page> {
  const where = thread === null ? "messages" : `messages/${messageUuid(thread)}/replies`;
  const path = `chats/${roomUuid(room)}/${where}?limit=${limit}${more}`;
  const page = await request<Page>("GET", `/api/v1/${path}`);
  if (page.data.some(hasFile)) {
    const { data } = await request<Page>("GET", `/api/v2/${path}`);
    const beside = new Map(data.map(({ id, metadata }) => [id, metadata]));
    for (const object of page.data) object.metadata = beside.get(object.id) ?? null;
  }
  return page;
}

export async function messageOf(room: number, id: number): Promise<MessageObject> {
  const path = `chats/${roomUuid(room)}/messages/${messageUuid(id)}`;
  const { data } = await request<{ data: MessageObject }>("GET", `/api/v1/${path}`);
  if (!hasFile(data)) return data;
  const beside = await request<{ data: MessageObject }>("GET", `/api/v2/${path}`);
  return { ...data, metadata: beside.data.metadata };
}

/** Finds the first unread message before one that is unread, by bisection: the status tells of each whether it was read. */
export async function firstUnread(room: number, unread: number): Promise<number> {
  let wasRead = 0;
  while (unread - wasRead > 1) {
    const middle = Math.floor((wasRead + unread) / 2);
    const { data } = await pageOf(room, null, FEW, `&before_id=${messageUuid(middle + 1)}`);
    // The user's own messages do not tell whether something is unread.
    const others = data.findLast((object) => !isMe(idOf(object.user_id)));
    if (others && !others.read_by.some((by) => isMe(idOf(by)))) unread = idOf(others.id);
    else wasRead = middle;
  }
  return unread;
}

const FEW = 10;
