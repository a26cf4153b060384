// What is shown, as a part of the address: `#7` a chat, `#7/m123` a message in it, `#7/t123` a thread, `#roulette`, or nothing
// for the list alone.
import { computed, ref } from "vue";

const PANELS = ["roulette", "notifications", "settings", "search"] as const;
export type Panel = (typeof PANELS)[number];

const hash = ref(location.hash.slice(1));
/** A counter, so that going to the same message twice is a change. */
const visits = ref(0);
addEventListener("hashchange", () => (hash.value = location.hash.slice(1)));

const parts = computed(() => /^(\d+)(?:\/([mt])(\d+))?$/.exec(hash.value));
export const openChat = computed(() => (parts.value ? Number(parts.value[1]) : null));
export const openThread = computed(() => (parts.value?.[2] === "t" ? Number(parts.value[3]) : null));
/** The message to scroll to. */
export const target = computed(() => (parts.value?.[2] === "m" ? { id: Number(parts.value[3]), visit: visits.value } : null));
export const panel = computed(() => PANELS.find((panel) => panel === hash.value) ?? null);

export function go(where: number | `${number}/${"m" | "t"}${number}` | Panel | null): void {
  visits.value += 1;
  if (where === null) {
    history.pushState(null, "", location.pathname + location.search);
    hash.value = "";
  } else {
    location.hash = String(where);
    // `hashchange` comes later, and the page should not wait for it.
    hash.value = String(where);
  }
}
