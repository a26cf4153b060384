// The picture that is looked at in its own size.
import { shallowRef } from "vue";
import type { Message } from "./message.js";

export const viewed = shallowRef<Message | null>(null);
