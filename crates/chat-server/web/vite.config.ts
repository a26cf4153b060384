import vue from "@vitejs/plugin-vue";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// `npm run dev` serves the page, with a chat-server on its usual port behind it.
const server = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [vue()],
  resolve: {
    alias: [
      { find: "chat-client/vue", replacement: here("client/src/vue.ts") },
      { find: "chat-client", replacement: here("client/src/index.ts") },
    ],
  },
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false" },
  build: {
    outDir: "dist",
    // The content security policy forbids scripts and pictures in `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: here("index.html"), dialects: here("dialects.html"), operators: here("operators.html") } },
  },
  server: { proxy: { "/api": { target: server, ws: true }, "/ws": { target: server, ws: true }, "/socket.io": { target: server, ws: true }, "/page.json": server } },
});
