// A shop with a chat in its corner. Its visitors need no account: the shop says who they are, and writes with them at its desk.
//
//   export SECRET=$(openssl rand -hex 32) KEY=$(openssl rand -hex 32)
//   CHAT_JWT_SECRET=$SECRET CHAT_API_KEY=$KEY chat-server --jwt-issuer shop --frame-ancestors http://localhost:7000
//   SECRET=$SECRET KEY=$KEY node shop.mjs http://localhost:8000 7000
//
// Then http://localhost:7000 is the shop as its visitors see it, http://localhost:7000/desk where they are answered. A shop of
// the world keeps its desk behind a log-in.
import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const [chatServer, port] = process.argv.slice(2);
const { SECRET, KEY } = process.env;

/** Three lines put the chat into a page. */
const page = `<!doctype html>
<html lang="en">
  <head><title>A shop</title></head>
  <body>
    <h1>Tea of the week</h1>
    <p>Questions? The chat is in the corner.</p>
    <script src="${chatServer}/widget.js" async
      data-token-url="/chat-token" data-label="Ask us"
      data-position="left" data-language="en" data-theme="light" data-color="#0b6e4f"></script>
  </body>
</html>
`;

const server = createServer(async (request, response) => {
  try {
    await answer(request, response);
  } catch (error) {
    console.error(error);
    response.writeHead(502).end();
  }
});

async function answer(request, response) {
  if (request.url === "/") {
    const known = visitorOf(request);
    if (!known) response.setHeader("Set-Cookie", `visitor=${randomUUID()}; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000`);
    // What a site with a strict policy must allow for the chat.
    response.setHeader("Content-Security-Policy", `default-src 'self'; script-src ${chatServer}; frame-src ${chatServer}`);
    return response.setHeader("Content-Type", "text/html; charset=utf-8").end(page);
  }
  if (request.url === "/chat-token") {
    const visitor = visitorOf(request);
    if (!visitor) return response.writeHead(401).end();
    await introduce(visitor);
    const access_token = token(`visitor ${visitor}`, `Visitor ${visitor.slice(0, 4)}`);
    return response.setHeader("Content-Type", "application/json").end(JSON.stringify({ access_token }));
  }
  if (request.url === "/desk") return response.writeHead(302, { Location: `${chatServer}/#token=${token("desk", "The shop")}` }).end();
  response.writeHead(404).end();
}

const visitorOf = (request) => /(?:^|; )visitor=([0-9a-f-]{36})/.exec(request.headers.cookie ?? "")?.[1];

/** A visitor and the desk have one chat, which is opened only once. */
async function introduce(visitor) {
  const desk = await ask("PUT", "users/desk", { username: "desk", name: "The shop" });
  const them = await ask("PUT", `users/visitor ${visitor}`, { username: `visitor-${visitor.slice(0, 8)}`, name: `Visitor ${visitor.slice(0, 4)}` });
  await ask("POST", "chats", { owner_id: them.id, type: "direct", member_ids: [desk.id] });
}

async function ask(method, path, body) {
  const headers = { "X-Api-Key": KEY, "Content-Type": "application/json" };
  const answer = await fetch(`${chatServer}/api/v2/server/${encodeURI(path)}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).data;
}

/** Returns an access token for a quarter of an hour. The widget asks for the next one when it has expired. */
function token(sub, name) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const said = `${part({ alg: "HS256", typ: "JWT" })}.${part({ iss: "shop", sub, name, exp: Math.floor(Date.now() / 1000) + 900 })}`;
  return `${said}.${createHmac("sha256", SECRET).update(said).digest("base64url")}`;
}

server.listen(Number(port), "127.0.0.1", () => console.log(`http://localhost:${server.address().port}`));
