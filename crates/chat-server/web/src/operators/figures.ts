// The metrics, read once a second and kept for some minutes.
import { reactive, ref } from "vue";

/** One reading: names with labels as they are written, and values. */
export type Reading = Map<string, number>;

/** A line of a graph: its name, and a value for each reading. */
export interface Series {
  name: string;
  values: number[];
}

export const readings = reactive<{ at: number; figures: Reading }[]>([]);
export const reached = ref(true);
export const ready = ref<"ready" | "degraded" | "away" | "">("");

/** Parses the OpenMetrics text, without comments. */
export function parse(text: string): Reading {
  const figures: Reading = new Map();
  for (const line of text.split("\n")) {
    const [, name, value] = /^([a-z_]+(?:\{.*\})?) (\S+)/.exec(line) ?? [];
    if (name) figures.set(name, Number(value));
  }
  return figures;
}

export async function look(): Promise<void> {
  try {
    const figures = parse(await (await fetch("/metrics")).text());
    readings.push({ at: Date.now(), figures });
    readings.splice(0, readings.length - KEPT);
    const answer = await fetch("/readyz");
    const state = (await answer.json().catch(() => null)) as { status?: string } | null;
    ready.value = !answer.ok ? "away" : state?.status === "degraded" ? "degraded" : "ready";
    reached.value = true;
  } catch {
    reached.value = false;
  }
}

/** Returns the values of a gauge, with a line for each value of a label. */
export function gauge(name: string, label: string): Series[] {
  return lines(name, label, (now, key) => now.figures.get(key) ?? 0);
}

/** Returns how fast a counter grows, with a line for each value of a label. */
export function rate(name: string, label: string): Series[] {
  return lines(name, label, (now, key, before) => {
    if (!before) return 0;
    // A server that was restarted counts from 0.
    const grown = Math.max(0, (now.figures.get(key) ?? 0) - (before.figures.get(key) ?? 0));
    return (grown * 1000) / Math.max(1, now.at - before.at);
  });
}

/** Returns the mean of what a histogram has recorded between two readings, in milliseconds. */
export function mean(name: string): Series[] {
  const of = (reading: Reading, end: string) =>
    [...reading].filter(([key]) => key.startsWith(`${name}_${end}`)).reduce((sum, [, value]) => sum + value, 0);
  const values = readings.map(({ figures }, index) => {
    const before = readings[index - 1]?.figures;
    const count = before ? of(figures, "count") - of(before, "count") : 0;
    return count > 0 ? ((of(figures, "sum") - of(before!, "sum")) / count) * 1000 : 0;
  });
  return [{ name: "", values }];
}

type Now = (typeof readings)[number];

function lines(name: string, label: string, value: (now: Now, key: string, before?: Now) => number): Series[] {
  const groups = new Map<string, string[]>();
  for (const key of new Set(readings.flatMap(({ figures }) => [...figures.keys()]))) {
    if (key !== name && !key.startsWith(`${name}{`)) continue;
    const group = new RegExp(`\\b${label}="([^"]*)"`).exec(key)?.[1] ?? "";
    groups.set(group, [...(groups.get(group) ?? []), key]);
  }
  return [...groups].sort().map(([group, keys]) => ({
    name: group,
    values: readings.map((now, index) => keys.reduce((sum, key) => sum + value(now, key, readings[index - 1]), 0)),
  }));
}

export const total = (series: Series[]) => series.reduce((sum, { values }) => sum + (values.at(-1) ?? 0), 0);

/** How many readings are kept: five minutes. */
const KEPT = 300;
