// The words of the page in the language of the browser or the chosen one, and dates in that language.
import { computed, ref, watchEffect } from "vue";
import { en } from "./en.js";
import { ru } from "./ru.js";

export type Language = "en" | "ru";

const KEY = "chat.language";
const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(KEY) ?? navigator.language;
export const language = ref<Language>(asked.startsWith("ru") ? "ru" : "en");
export const words = computed(() => ({ en, ru })[language.value]);

watchEffect(() => (document.documentElement.lang = language.value));

export function speak(chosen: Language): void {
  language.value = chosen;
  localStorage.setItem(KEY, chosen);
}

const format = (options: Intl.DateTimeFormatOptions) =>
  computed(() => new Intl.DateTimeFormat(language.value === "ru" ? "ru" : navigator.language.startsWith("en") ? navigator.language : "en", options));
const clock = format({ hour: "2-digit", minute: "2-digit" });
const date = format({ day: "numeric", month: "long" });
const dateAndYear = format({ day: "numeric", month: "long", year: "numeric" });
const short = format({ day: "numeric", month: "short" });
const weekday = format({ weekday: "short" });
const full = format({ dateStyle: "medium", timeStyle: "short" });

/** Returns the size of a file in short words. */
export function sizeOf(bytes: number): string {
  let [size, unit] = [bytes, 0];
  for (; size >= 1000 && unit < 3; unit += 1) size /= 1000;
  return `${new Intl.NumberFormat(language.value, { maximumFractionDigits: size < 10 && unit ? 1 : 0 }).format(size)} ${words.value.units[unit]}`;
}

/** Returns the length of a recording. */
export const lengthOf = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export const timeOf = (at: string) => clock.value.format(new Date(at));
export const momentOf = (at: string) => full.value.format(new Date(at));

const DAY = 86_400_000;
const daysAgo = (at: Date) => Math.round((midnight(new Date()) - midnight(at)) / DAY);
const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

/** Returns a number that is the same for all moments of a day. */
export function dayOf(time: number): number {
  const at = new Date(time);
  return at.getFullYear() * 372 + at.getMonth() * 31 + at.getDate();
}

/** Returns the heading of a day. */
export function nameOfDay(time: number): string {
  const day = new Date(time);
  const ago = daysAgo(day);
  if (ago === 0) return words.value.today;
  if (ago === 1) return words.value.yesterday;
  return (day.getFullYear() === new Date().getFullYear() ? date : dateAndYear).value.format(day);
}

/** Returns a moment as the list of chats shows it, as short as possible. */
export function shortly(at: string): string {
  const day = new Date(at);
  const ago = daysAgo(day);
  if (ago === 0) return timeOf(at);
  return (ago < 7 ? weekday : short).value.format(day);
}

export function seen(at: string): string {
  const ago = daysAgo(new Date(at));
  return ago === 0 ? timeOf(at) : `${nameOfDay(Date.parse(at)).toLowerCase()}, ${timeOf(at)}`;
}
