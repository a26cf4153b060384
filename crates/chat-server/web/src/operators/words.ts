import { computed } from "vue";
import { language } from "../words/index.js";

const en = {
  title: "Operators",
  lead: "What this server does, read once a second.",
  states: { ready: "Ready", degraded: "Degraded", away: "The database is away", unreachable: "The server cannot be reached", "": "…" },
  connections: "Connections",
  open: "open",
  messages: "Commands from sockets",
  perSecond: "a second",
  commit: "Commit",
  commitHint: "mean of a transaction",
  latency: "From command to answer",
  latencyHint: "mean, the commit included",
  queues: "Waiting for slow clients",
  refusals: "Refusals",
  code: "Code",
  sinceStart: "since the start",
  noRefusals: "Nothing was refused.",
  all: "All figures",
  range: "the last two minutes",
};

const ru: typeof en = {
  title: "Операторам",
  lead: "Чем занят этот сервер: показания раз в секунду.",
  states: { ready: "Готов", degraded: "Работает не полностью", away: "База недоступна", unreachable: "Сервер недоступен", "": "…" },
  connections: "Соединения",
  open: "открыто",
  messages: "Команды по сокетам",
  perSecond: "в секунду",
  commit: "Запись",
  commitHint: "в среднем на транзакцию",
  latency: "От команды до ответа",
  latencyHint: "в среднем, вместе с записью",
  queues: "Ждёт медленных клиентов",
  refusals: "Отказы",
  code: "Код",
  sinceStart: "с начала работы",
  noRefusals: "Отказов не было.",
  all: "Все показания",
  range: "последние две минуты",
};

export const words = computed(() => ({ en, ru })[language.value]);
