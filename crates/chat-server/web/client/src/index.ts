export { Chat, newId, type ChatOptions, type Command, type SendOptions } from "./chat.js";
export type { Events, Frame, State } from "./connection.js";
export type { Commands, Frames, MessageType, MultiplexedMessage } from "./events.js";
export type { Draft } from "./queue.js";
export { Roulette, type Match, type RouletteEvents } from "./roulette.js";
export { Session, type Tokens, type User } from "./session.js";
export type { Store } from "./store.js";
export { Refused, Unreachable } from "./trouble.js";
export type { StoredFile, UploadOptions } from "./uploads.js";
