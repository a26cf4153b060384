// A chat in any site. Three lines put it there:
//
//   <script src="https://chat.example/widget.js" async
//     data-token-url="/chat-token"
//     data-position="right" data-language="en" data-theme="auto" data-color="#4f52d3"></script>
//
// `data-token-url` is asked for `{"access_token": "…"}` with the visitor's own cookies: the site's back end says who they are. The
// server must be told which sites may show it: --frame-ancestors https://shop.example. `data-chat` opens one chat at once.
(() => {
  const script = document.currentScript;
  const server = new URL(script.src).origin;
  const { tokenUrl, chat, language, theme, label = "Chat", position = "right", color = "#4f52d3" } = script.dataset;
  const PICTURE =
    "M12 3C6.5 3 2 6.8 2 11.5c0 2.600 1.400 5 3.600 6.500l-.9 3.200c-.1.500.4.900.9.700l3.900-2c.8.1 1.600.2 2.500.2 5.500 0 10-3.800 10-8.600S17.500 3 12 3Z";

  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; position: fixed; bottom: 20px; ${position === "left" ? "left" : "right"}: 20px; z-index: 2147483000; }
    button { position: relative; display: grid; place-items: center; width: 60px; height: 60px; border: 0; border-radius: 50%;
      background: var(--color); color: white; cursor: pointer; box-shadow: 0 8px 28px rgb(20 22 40 / 0.32); transition: transform 160ms; }
    button:hover { transform: scale(1.06); }
    button:focus-visible { outline: 3px solid var(--color); outline-offset: 3px; }
    svg { width: 28px; height: 28px; fill: currentColor; }
    b { position: absolute; top: -4px; right: -4px; min-width: 22px; padding: 0 6px; border-radius: 11px; background: #c22b3e; color: white;
      font: 700 12px/22px system-ui, sans-serif; box-sizing: border-box; text-align: center; }
    b[hidden] { display: none; }
    iframe { position: absolute; bottom: 74px; ${position === "left" ? "left" : "right"}: 0; width: min(400px, calc(100vw - 40px));
      height: min(640px, calc(100vh - 120px)); border: 0; border-radius: 20px; background: Canvas;
      box-shadow: 0 16px 60px rgb(20 22 40 / 0.34); transition: opacity 180ms, transform 180ms, visibility 180ms; }
    iframe[data-closed] { visibility: hidden; opacity: 0; transform: translateY(14px); pointer-events: none; }
  `);

  const host = document.createElement("div");
  // Set by script, so that a site's policy for styles does not matter.
  host.style.setProperty("--color", color);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [style];

  const frame = document.createElement("iframe");
  frame.title = label;
  frame.dataset.closed = "";
  frame.allow = "clipboard-write; microphone";

  const button = document.createElement("button");
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", label);
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PICTURE);
  picture.append(path);
  const bubble = document.createElement("b");
  bubble.hidden = true;
  button.append(picture, bubble);

  async function load() {
    const parts = [];
    if (tokenUrl) {
      const answer = await fetch(tokenUrl, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(`${tokenUrl} answered ${answer.status}`);
      parts.push(`token=${encodeURIComponent((await answer.json()).access_token)}`);
    }
    if (chat) parts.push(`chat=${encodeURIComponent(chat)}`);
    const asked = new URLSearchParams({ color, ...(language && { lang: language }), ...(theme && { theme }) });
    there = false;
    // A frame whose address differs by its hash alone would not be loaded anew.
    frame.src = "about:blank";
    frame.src = `${server}/?${asked}#${parts.join("&")}`;
  }

  function show(open) {
    if (open) delete frame.dataset.closed;
    else frame.dataset.closed = "";
    button.setAttribute("aria-expanded", String(open));
    tell();
    if (open) frame.focus();
    else button.focus();
  }

  /** Whether the page has said something, and hears. */
  let there = false;

  /** What is not seen is not read. */
  function tell() {
    if (there) frame.contentWindow.postMessage({ shown: !("closed" in frame.dataset) }, server);
  }

  button.addEventListener("click", () => show("closed" in frame.dataset));
  root.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== server) return;
    const { chat: told, unread } = event.data ?? {};
    if (!there) {
      there = true;
      tell();
    }
    if (told === "unread") {
      bubble.hidden = !unread;
      bubble.textContent = unread > 99 ? "99+" : String(unread);
      button.setAttribute("aria-label", unread ? `${label} (${unread})` : label);
    }
    if (told === "close") show(false);
    // The token has ended: the site is asked for another one.
    if (told === "ended" && tokenUrl) load().catch(console.error);
  });

  root.append(frame, button);
  document.body.append(host);
  load().catch(console.error);
})();
