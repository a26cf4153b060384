// The picture that is shown in full size.
import { shallowRef } from "vue";
import type { Message } from "./message.js";

export const viewed = shallowRef<Message | null>(null);
