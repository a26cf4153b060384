// What is shown, in the address: `#7` a chat, `#roulette`, `#notifications`, nothing the list alone.
import { computed, ref } from "vue";

const hash = ref(location.hash.slice(1));
addEventListener("hashchange", () => (hash.value = location.hash.slice(1)));

export const openChat = computed(() => (/^\d+$/.test(hash.value) ? Number(hash.value) : null));
export const panel = computed(() => (["roulette", "notifications", "settings"].includes(hash.value) ? hash.value : null));

export function go(where: number | "roulette" | "notifications" | "settings" | null): void {
  if (where === null) {
    history.pushState(null, "", location.pathname + location.search);
    hash.value = "";
  } else {
    location.hash = String(where);
    // `hashchange` comes later; the page should not wait for it.
    hash.value = String(where);
  }
}
