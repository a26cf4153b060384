// People and chats to look at, made over HTTP.
import { Server } from "./server.mjs";

// Who says what, and to which of these it is a reply.
const TEAM = [
  ["anna", "Morning! The release candidate is on staging."],
  ["boris", "Great. I will run the long tests before lunch."],
  ["boris", "If they stay green we can ship today."],
  ["vera", "Design is signed off, the new icons are in."],
  ["anna", "🎉"],
  ["vera", "One thing, @maria: the invitation mail still says “beta”. Who owns that text?"],
  ["me", "I do, give me ten minutes.", 5],
  ["me", "Done: https://example.org/changes/1184", 5],
  ["boris", "Reviewed and merged. The pipeline takes about a quarter of an hour, so there is time for a coffee and for writing the notes."],
];
const DIRECT = [
  ["anna", "Did you see the graphs from last night?"],
  ["me", "Yes! Latency halved since the change 🚀"],
  ["anna", "Let us show it in the demo on Friday."],
  ["me", "Good idea. I will prepare two slides, one with the numbers and one with the picture."],
  ["anna", "Perfect ❤️"],
];

/** A server with somebody who has chats; `me` is who looks at them. */
export async function story(flags) {
  const server = await Server.start(flags);
  const people = {};
  for (const [username, name] of Object.entries(NAMES)) people[username] = await server.person(username === "me" ? "maria" : username, name);
  const { me, ...others } = people;
  const say = async (chat, lines) => {
    const ids = [];
    for (const [who, content, to] of lines) {
      const body = to === undefined ? { content } : { content, reply_to: ids[to] };
      ids.push((await people[who].call("POST", `/api/chats/${chat}/messages`, body)).data.id);
    }
    return ids;
  };
  const members = (...names) => names.map((name) => people[name].id);
  const team = await open(me, { type: "group", title: "Release team", member_ids: members("anna", "boris", "vera") });
  const trip = await open(me, { type: "group", title: "Поездка на выходные", member_ids: members("vera", "grisha") });
  const direct = await open(me, { type: "direct", username: "anna" });
  const quiet = await open(me, { type: "direct", username: "grisha" });
  await say(trip, [["grisha", "Беру палатку и примус."], ["vera", "А я карту и хорошее настроение"]]);
  const said = await say(team, TEAM);
  await people.anna.call("PUT", `/api/chats/${team}/messages/${said[7]}/like`);
  await people.vera.call("PUT", `/api/chats/${team}/messages/${said[7]}/like`);
  await people.boris.call("PATCH", `/api/chats/${team}/messages/${said[2]}`, { content: "If they stay green we ship today." });
  await me.call("PUT", `/api/chats/${team}/messages/${said[0]}/pin`);
  await people.anna.call("PUT", `/api/chats/${team}/messages/${said[8]}/reactions/${encodeURIComponent("🎉")}`);
  const talk = await say(direct, DIRECT);
  await me.call("PUT", `/api/chats/${direct}/messages/${talk[2]}/like`);
  await people.anna.call("POST", `/api/chats/${direct}/read`, {});
  for (const chat of [team, direct]) await me.call("POST", `/api/chats/${chat}/read`, {});
  return { server, people, me, others, chats: { team, trip, direct, quiet }, thread: said[5], say };
}

async function open(person, body) {
  return (await person.call("POST", "/api/chats", body)).data.id;
}

const NAMES = { me: "Maria Keller", anna: "Anna Petrova", boris: "Boris Ahlberg", vera: "Vera Lindqvist", grisha: "Гриша Орлов" };
