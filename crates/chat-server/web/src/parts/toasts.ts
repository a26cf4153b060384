import { reactive } from "vue";

export const toasts = reactive<{ id: number; text: string }[]>([]);
let next = 0;

/** Shows a text for a moment. */
export function toast(text: string): void {
  const id = (next += 1);
  toasts.push({ id, text });
  setTimeout(() => {
    const at = toasts.findIndex((toast) => toast.id === id);
    if (at >= 0) toasts.splice(at, 1);
  }, 3500);
}
