// Written by generate.mjs from the AsyncAPI document. Do not edit.

/** Where the reader stands in a room; good in every dialect. On durable frames, for who asked for it. */
export type Cursor = string;

/** The sender's own name for a request: repeating it makes nothing twice. */
export type ClientId = string;

export type MessageType = "text" | "photo" | "video" | "voice" | "location" | "profile_share" | "post_share" | "booking_proposal";

export type MultiplexedMessage = {
  id: number;
  content: string;
  sender_id: number;
  created_at: string;
  message_type: MessageType;
};

/** What the server says, by type. */
export interface Frames {
  /** The socket is open. */
  connected: {
    type: "connected";
    user_id: number;
    timestamp: string;
  };
  /** The answer to a ping. */
  pong: {
    type: "pong";
    timestamp: string;
  };
  /** The room is joined. */
  joined_chat: {
    type: "joined_chat";
    chat_id: number;
    timestamp: string;
    cursor?: Cursor;
  };
  /** The room is left. */
  left_chat: {
    type: "left_chat";
    chat_id: number;
    timestamp: string;
  };
  /** A message was sent. */
  new_message: {
    type: "new_message";
    chat_id: number;
    timestamp: string;
    message: MultiplexedMessage;
    cursor?: Cursor;
  };
  /** The answer to send_message. */
  message_sent: {
    type: "message_sent";
    chat_id: number;
    timestamp: string;
    message_id: number;
    client_id?: ClientId;
  };
  /** A message has other words. */
  message_updated: {
    type: "message_updated";
    chat_id: number;
    timestamp: string;
    message_id: number;
    content: string;
    cursor?: Cursor;
  };
  /** A message was erased. */
  message_deleted: {
    type: "message_deleted";
    chat_id: number;
    timestamp: string;
    message_id: number;
    cursor?: Cursor;
  };
  /** A message was liked. */
  message_liked: {
    type: "message_liked";
    chat_id: number;
    timestamp: string;
    message_id: number;
    user_id: number;
    likes_count: number;
    cursor?: Cursor;
  };
  /** A like was taken back. */
  message_unliked: {
    type: "message_unliked";
    chat_id: number;
    timestamp: string;
    message_id: number;
    user_id: number;
    likes_count: number;
    cursor?: Cursor;
  };
  /** Somebody has read. */
  messages_read: {
    type: "messages_read";
    chat_id: number;
    timestamp: string;
    user_id: number;
    cursor?: Cursor;
  };
  /** Somebody types, or has stopped. */
  typing: {
    type: "typing";
    chat_id: number;
    timestamp: string;
    user_id: number;
    is_typing: boolean;
  };
  /** Somebody is here. */
  user_status: {
    type: "user_status";
    user_id: number;
    status: string;
    timestamp: string;
  };
  /** Somebody has gone. */
  user_offline: {
    type: "user_offline";
    user_id: number;
    timestamp: string;
  };
  /** Somebody came in. */
  member_added: {
    type: "member_added";
    chat_id: number;
    timestamp: string;
    user_id: number;
    cursor?: Cursor;
  };
  /** Somebody left. */
  member_removed: {
    type: "member_removed";
    chat_id: number;
    timestamp: string;
    user_id: number;
    cursor?: Cursor;
  };
  /** A line of the chat list changed. */
  chat_updated: {
    type: "chat_updated";
    chat_id: number;
    timestamp: string;
    unread_count: number;
    last_message: MultiplexedMessage | null;
  };
  /** What was missed is no longer kept: load anew. */
  resync: {
    type: "resync";
    chat_id: number;
    timestamp: string;
    reason: string;
    cursor: Cursor;
  };
  /** Something was refused. */
  error: {
    type: "error";
    code: string;
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
    cursor?: string;
  };
  /** Leaves a room. */
  leave_chat: {
    type: "leave_chat";
    chat_id: number;
  };
  /** Types, or has stopped. */
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
  /** Marks messages as read. */
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
