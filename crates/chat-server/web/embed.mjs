// Compresses what `vite build` made into built/, and writes the table from which the server embeds it: node embed.mjs
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  webmanifest: "application/manifest+json",
};

/** Returns all files below a directory, in order. */
export function filesOf(directory) {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names.map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(directory.length)).sort();
}

/** Returns the path at which a built file is served: pages without their extension. */
function address(path) {
  return `/${path.replace(/^index\.html$/, "").replace(/\.html$/, "")}`;
}

function embed(from, to) {
  rmSync(to, { recursive: true, force: true });
  const rows = filesOf(from).map((path) => {
    const content = readFileSync(join(from, path));
    // Pages stay uncompressed: they are small, and can be read with curl.
    const zipped = !path.endsWith(".html");
    const kept = zipped ? `${path}.gz` : path;
    mkdirSync(dirname(join(to, kept)), { recursive: true });
    writeFileSync(join(to, kept), zipped ? gzipSync(content, { level: 9 }) : content);
    const tag = createHash("sha256").update(content).digest("hex").slice(0, 16);
    const type = TYPES[path.split(".").pop()];
    return `    File { path: "${address(path)}", tag: "\\"${tag}\\"", content_type: "${type}", zipped: ${zipped}, content: include_bytes!("${kept}") },`;
  });
  writeFileSync(join(to, "files.rs"), ["// Written by embed.mjs.", "&[", ...rows, "]", ""].join("\n"));
}

if (process.argv[1] === here("embed.mjs")) embed(here("dist/"), here("built/"));
