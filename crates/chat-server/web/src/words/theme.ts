import { ref, watchEffect } from "vue";

export type Theme = "auto" | "light" | "dark";

const KEY = "chat.theme";
const asked = new URLSearchParams(location.search).get("theme") ?? localStorage.getItem(KEY);
export const theme = ref<Theme>(asked === "light" || asked === "dark" ? asked : "auto");

watchEffect(() => (document.documentElement.dataset["theme"] = theme.value));

export function dress(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(KEY, chosen);
}
