// The page in a frame of another site: a chat in a corner, in the site's colour, without what is not the conversation.
import { ref } from "vue";

/** Whether another site shows this page in a frame. The server's policy says which sites may. */
export const embedded = window.parent !== window;

/** Whether the site shows the chat, or only its button. */
export const shown = ref(true);
addEventListener("message", (event) => {
  if (embedded && event.source === window.parent && typeof event.data?.shown === "boolean") shown.value = event.data.shown;
});

/** Whether somebody may be looking at the page. */
export const looked = () => shown.value && document.visibilityState === "visible";

/** Tells the site something. */
export function tellFrame(told: { chat: "unread" | "ended" | "close"; unread?: number }): void {
  if (embedded) window.parent.postMessage(told, "*");
}

const color = new URLSearchParams(location.search).get("color");
if (embedded && color && CSS.supports("color", color)) {
  const { style } = document.documentElement;
  style.setProperty("--fill", color);
  style.setProperty("--fill-hover", `color-mix(in oklab, ${color}, black 14%)`);
  style.setProperty("--accent", `light-dark(${color}, color-mix(in oklab, ${color}, white 45%))`);
  style.setProperty("--tint", `color-mix(in oklab, ${color} 13%, var(--panel))`);
}
