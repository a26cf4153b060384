// Written by generate.mjs from the AsyncAPI document. Do not edit.

/** Where the reader stands in a room; good in every dialect. On durable frames, for who asked for it. */
export type Cursor = string;

/** The sender's own name for a request: repeating it makes nothing twice. */
export type ClientId = string;

/** What went wrong, for a program to go by. */
export type ErrorCode = "UNAUTHORIZED" | "FORBIDDEN" | "CHAT_NOT_FOUND" | "MESSAGE_NOT_FOUND" | "USER_NOT_FOUND" | "NOTIFICATION_NOT_FOUND" | "NOT_FOUND" | "METHOD_NOT_ALLOWED" | "CONFLICT" | "MESSAGE_TOO_LARGE" | "INVALID_DATA" | "RATE_LIMIT" | "UNAVAILABLE";

export type MessageType = "text" | "photo" | "video" | "voice" | "file" | "location" | "profile_share" | "post_share" | "booking_proposal";

export type MultiplexedMessage = {
  id: number;
  content: string;
  sender_id: number;
  created_at: string;
  message_type: MessageType;
  reply_to?: {
    id: number;
    user_id: number;
    name: string;
    excerpt: string;
    deleted?: boolean;
  } | null;
  thread_id?: number | null;
  mentions?: Array<number>;
  mentions_all?: boolean;
  pinned?: boolean;
  file?: {
    id: string;
    url: string;
    name: string;
    size: number;
    type: MessageType;
  } | null;
  reactions?: Array<{
    emoji: string;
    count: number;
  }>;
  replies_count?: number;
  last_reply_at?: string;
};

/** What the server says, by type. */
export interface Frames {
  /** Somebody came in. */
  member_added: {
    type: "member_added";
    chat_id: number;
    user_id: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** Somebody left. */
  member_removed: {
    type: "member_removed";
    chat_id: number;
    user_id: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** A message was sent. */
  new_message: {
    type: "new_message";
    chat_id: number;
    message: MultiplexedMessage;
    timestamp: string;
    cursor?: Cursor;
  };
  /** A message has other words. */
  message_updated: {
    type: "message_updated";
    chat_id: number;
    message_id: number;
    content: string;
    timestamp: string;
    cursor?: Cursor;
  };
  /** A message was erased. */
  message_deleted: {
    type: "message_deleted";
    chat_id: number;
    message_id: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** A message was liked. */
  message_liked: {
    type: "message_liked";
    chat_id: number;
    message_id: number;
    user_id: number;
    likes_count: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** A like was taken back. */
  message_unliked: {
    type: "message_unliked";
    chat_id: number;
    message_id: number;
    user_id: number;
    likes_count: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** Somebody reacted to a message; for who asks for `reactions`. */
  message_reacted: {
    type: "message_reacted";
    chat_id: number;
    message_id: number;
    user_id: number;
    emoji: string;
    count: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** A reaction was taken back; for who asks for `reactions`. */
  message_unreacted: {
    type: "message_unreacted";
    chat_id: number;
    message_id: number;
    user_id: number;
    emoji: string;
    count: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** A message was pinned; for who asks for `pins`. */
  message_pinned: {
    type: "message_pinned";
    chat_id: number;
    message_id: number;
    user_id: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** A message was taken from the pins; for who asks for `pins`. */
  message_unpinned: {
    type: "message_unpinned";
    chat_id: number;
    message_id: number;
    user_id: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** Somebody's rank, mute or ban changed; for who asks for `moderation`. */
  member_updated: {
    type: "member_updated";
    chat_id: number;
    user_id: number;
    role: string;
    muted_until: string;
    banned_until: string;
    timestamp: string;
    cursor?: Cursor;
  };
  /** A group has another title or other rules; for who asks for `moderation`. */
  chat_changed: {
    type: "chat_changed";
    chat_id: number;
    title: string;
    slow_mode: number;
    frozen: boolean;
    timestamp: string;
    cursor?: Cursor;
  };
  /** Somebody has read. */
  messages_read: {
    type: "messages_read";
    chat_id: number;
    user_id: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** Somebody types, or has stopped. */
  typing: {
    type: "typing";
    chat_id: number;
    user_id: number;
    is_typing: boolean;
    timestamp: string;
  };
  /** Somebody is here, or has gone. */
  user_status: {
    type: "user_status";
    user_id: number;
    status: "online" | "away" | "busy";
    timestamp: string;
  };
  /** Somebody has gone. */
  user_offline: {
    type: "user_offline";
    user_id: number;
    timestamp: string;
  };
  /** A line of the chat list changed. */
  chat_updated: {
    type: "chat_updated";
    chat_id: number;
    unread_count: number;
    last_message: MultiplexedMessage | null;
    timestamp: string;
    unread_mentions?: number;
  };
  /** The socket is open. */
  connected: {
    type: "connected";
    user_id: number;
    timestamp: string;
  };
  /** The room is joined. */
  joined_chat: {
    type: "joined_chat";
    chat_id: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** The answer to a send. */
  message_sent: {
    type: "message_sent";
    chat_id: number;
    message_id: number;
    timestamp: string;
    client_id?: ClientId;
  };
  /** The answer to a ping. */
  pong: {
    type: "pong";
    timestamp: string;
  };
  /** The room is left. */
  left_chat: {
    type: "left_chat";
    chat_id: number;
    timestamp: string;
  };
  /** What was missed is no longer kept: load anew. */
  resync: {
    type: "resync";
    chat_id: number;
    reason: "history_pruned";
    cursor: Cursor;
    timestamp: string;
  };
  /** Something was refused. */
  error: {
    type: "error";
    code: ErrorCode;
    message: string;
    timestamp: string;
    client_id?: ClientId;
    message_id?: number;
  };
}

/** What a client says, by type. */
export interface Commands {
  /** Asks for a pong. */
  ping: {
    type: "ping";
  };
  /** Joins a room. */
  join_chat: {
    type: "join_chat";
    chat_id: number;
    last_message_id?: number;
    cursor?: Cursor;
  };
  /** Leaves a room. */
  leave_chat: {
    type: "leave_chat";
    chat_id: number;
  };
  /** Somebody types, or has stopped. */
  typing: {
    type: "typing";
    chat_id: number;
    is_typing: boolean;
  };
  /** How the user wishes to look. */
  status: {
    type: "status";
    status: "online" | "away" | "busy" | "offline";
  };
  /** Marks everything up to a message as read. */
  read_messages: {
    type: "read_messages";
    chat_id: number;
    message_id?: number;
  };
  /** Sends a message. */
  send_message: {
    type: "send_message";
    chat_id: number;
    content: string;
    message_type?: MessageType;
    metadata?: Record<string, unknown>;
    client_id?: ClientId;
    reply_to?: number;
  };
  /** Gives a message other words. */
  edit_message: {
    type: "edit_message";
    chat_id: number;
    message_id: number;
    content: string;
  };
  /** Erases a message. */
  delete_message: {
    type: "delete_message";
    chat_id: number;
    message_id: number;
  };
  /** Reacts to a message. */
  react_message: {
    type: "react_message";
    chat_id: number;
    message_id: number;
    emoji: string;
  };
  /** Takes a reaction back. */
  unreact_message: {
    type: "unreact_message";
    chat_id: number;
    message_id: number;
    emoji: string;
  };
  /** Likes a message. */
  like_message: {
    type: "like_message";
    chat_id: number;
    message_id: number;
  };
  /** Takes a like back. */
  unlike_message: {
    type: "unlike_message";
    chat_id: number;
    message_id: number;
  };
  /** A new token of the same user. */
  auth: {
    type: "auth";
    token: string;
  };
}
