// Notifications. Only dialect 5 tells them live, so they are loaded when somebody looks.
import { ref } from "vue";
import { chat, connection, me, request } from "./server.js";

export interface Notification {
  id: string;
  type: string;
  title: string;
  body: string;
  is_read: boolean;
  created_at: string;
  data: Record<string, unknown>;
}

export const notifications = ref<Notification[]>([]);
export const unreadNotifications = ref(0);

export async function loadNotifications(): Promise<void> {
  if (!me.value) return;
  const { data } = await request<{ data: Notification[] }>("GET", "/api/v2/notifications?limit=50");
  notifications.value = data;
  unreadNotifications.value = data.filter((one) => !one.is_read).length;
}

export async function readAll(): Promise<void> {
  await request("POST", "/api/v2/notifications/read_all", {});
  await loadNotifications();
}

const look = () => void loadNotifications().catch(() => {});
chat.on("state", (state) => state.is === "open" && look());
setInterval(() => document.visibilityState === "visible" && connection.state.is === "open" && look(), 60_000);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
