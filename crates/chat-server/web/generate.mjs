// Writes client/src/events.ts from the AsyncAPI document: node generate.mjs [FILE-OR-URL] [-]; with `-` to standard output.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Returns the TypeScript of all frames of dialect 2 that a document describes. */
export function events(document) {
  const schemas = document.components.schemas;
  const messages = Object.entries(document.channels.multiplexed.messages);
  const of = (direction) =>
    messages.filter(([key]) => key.startsWith(`${direction}.`)).map(([, message]) => message);
  return [
    "// Written by generate.mjs from the AsyncAPI document. Do not edit.",
    "",
    ...Object.keys(schemas).filter((name) => used(document, name)).map((name) => alias(name, schemas[name])),
    "/** What the server says, by type. */",
    ...table("Frames", of("out")),
    "/** What a client says, by type. */",
    ...table("Commands", of("in")),
  ].join("\n");
}

function table(name, messages) {
  const rows = messages.map(({ name, summary, payload }) => `  /** ${summary} */\n  ${name}: ${type(payload, "  ")};`);
  return [`export interface ${name} {`, ...rows, "}", ""];
}

function alias(name, schema) {
  const doc = schema.description ? `/** ${schema.description} */\n` : "";
  return `${doc}export type ${named(name)} = ${type(schema, "")};\n`;
}

function type(schema, indent) {
  if (schema.$ref) return named(schema.$ref.split("/").pop());
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf ?? schema.oneOf) return (schema.anyOf ?? schema.oneOf).map((one) => type(one, indent)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((one) => type({ ...schema, type: one }, indent)).join(" | ");
  switch (schema.type) {
    case "object":
      return object(schema, indent);
    case "array":
      return `Array<${type(schema.items ?? {}, indent)}>`;
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    default:
      return "unknown";
  }
}

function object({ properties, required = [] }, indent) {
  if (!properties) return "Record<string, unknown>";
  const rows = Object.entries(properties).map(
    ([name, schema]) => `${indent}  ${name}${required.includes(name) ? "" : "?"}: ${type(schema, `${indent}  `)};`,
  );
  return `{\n${rows.join("\n")}\n${indent}}`;
}

/** Tells whether frames of dialect 2 refer to a schema, directly or through others. */
function used(document, name, seen = new Set()) {
  const speaks = (value) => JSON.stringify(value).includes(`"#/components/schemas/${name}"`);
  if (speaks(document.channels.multiplexed)) return true;
  seen.add(name);
  return Object.entries(document.components.schemas).some(
    ([other, schema]) => !seen.has(other) && speaks(schema) && used(document, other, seen),
  );
}

const named = (name) => name[0].toUpperCase() + name.slice(1);

if (process.argv[1] === here("generate.mjs")) {
  const source = process.argv[2] ?? here("../../chat-protocol/src/rest/asyncapi.json");
  const text = source.startsWith("http") ? await (await fetch(source)).text() : readFileSync(source, "utf8");
  const code = events(JSON.parse(text));
  if (process.argv[3] === "-") process.stdout.write(code);
  else writeFileSync(here("client/src/events.ts"), code);
}
