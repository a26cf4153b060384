//! The document: its channels, messages and operations.

use chat_protocol::codes::{CLOSES, CODES};
use chat_protocol::{Entrance, Lang};

use super::heard::{acks, heard};
use super::ordered::Ordered;
use super::said::said;
use super::schema::{Named, Schema};
use super::words::summary;

struct Channel {
    name: &'static str,
    entrances: &'static [Entrance],
    address: &'static str,
    title: &'static str,
    description: &'static str,
    /// The parameters of its address, besides the token.
    query: &'static [&'static str],
}

const CHANNELS: [Channel; 6] = [
    Channel {
        name: "stream",
        entrances: &[Entrance::Sse],
        address: "/api/chats/{chat}/stream",
        title: "Dialect 1: server-sent events",
        description: "A chat as server-sent events; `id:` is always a cursor, so that Last-Event-ID resumes. A comment every 15 s.",
        query: &["last_message_id", "cursor"],
    },
    Channel {
        name: "bare",
        entrances: &[Entrance::Bare],
        address: "/chat/{chat}",
        title: "Dialect 1: WebSocket",
        description: "Messages alone, in both directions.",
        query: &["last_message_id", "cursor"],
    },
    Channel {
        name: "multiplexed",
        entrances: &[Entrance::Multiplexed],
        address: "/ws",
        title: "Dialect 2: one WebSocket for all rooms",
        description: "Rooms are joined on it; only joined rooms are heard.",
        query: &[],
    },
    Channel {
        name: "room",
        entrances: &[Entrance::Room(Lang::Russian)],
        address: "/ws/chat/{chat}/",
        title: "Dialect 3: a WebSocket per room",
        description: "Connecting marks the others' messages as read. Texts that people see are Russian, English with lang=en.",
        query: &["lang", "last_message_id", "cursor"],
    },
    Channel {
        name: "roulette",
        entrances: &[Entrance::Roulette, Entrance::Personal],
        address: "/api/v1/ws",
        title: "Dialect 4: a WebSocket per room, or the user's own",
        description: "With chat_id it is in that room; without, it hears the roulette and the chat list.",
        query: &["chat_id", "last_message_id", "cursor"],
    },
    Channel {
        name: "socketio",
        entrances: &[Entrance::SocketIo],
        address: "/socket.io/",
        title: "Dialect 5: Socket.IO v4",
        description: "Over WebSocket and long-polling, namespace `/`; the token goes in `auth.token`. Each message here is an event \
            with one object. Every client event may ask for an ACK, which `ack.…` describes.",
        query: &["EIO", "transport"],
    },
];

const DESCRIPTION: &str = "Five dialects over one chat: a message sent in one reaches all others in the same room, in their own \
    words. The HTTP trees are described in /api/openapi.json.\n\nNull is as good as leaving an optional field out. Clients ignore types and fields \
    that they do not know.\n\nLimits, unless the operator set others: 16 KiB of content, 4 KiB of metadata, 64 KiB a frame, 20 messages a second with \
    bursts of 60, 5 signs of typing a second, 100 sockets a user, 1 MiB waiting for a slow reader. 20 bad frames in a row close \
    the socket.";

/// Returns the whole document.
pub(crate) fn document() -> Ordered {
    let mut named = Named::new();
    let channels: Vec<_> =
        CHANNELS.iter().map(|channel| (channel.name.to_owned(), described(channel, &mut named))).collect();
    let operations = Ordered::Object(channels.iter().flat_map(|(name, channel)| operations(name, channel)).collect());
    let schemas = named.iter().map(|(name, schema)| ((*name).to_owned(), schema.spelled(name)));
    let schemas = texts().into_iter().chain(schemas).collect();
    Ordered::object([("asyncapi", "3.0.0".into()), ("info", info()), ("servers", servers())])
        .with("defaultContentType", "application/json")
        .with("channels", Ordered::Object(channels))
        .with("operations", operations)
        .with("components", Ordered::object([("schemas", Ordered::Object(schemas)), ("securitySchemes", security())]))
}

fn info() -> Ordered {
    let codes: Vec<_> = CODES.iter().map(|code| (code.word.to_owned(), code.cause.into())).collect();
    let closes: Vec<_> = CLOSES.iter().map(|(code, why)| (code.to_string(), (*why).into())).collect();
    Ordered::object([("title", "Chat sockets".into()), ("version", env!("CARGO_PKG_VERSION").into())])
        .with("description", DESCRIPTION)
        .with("license", Ordered::object([("name", "MIT OR Apache-2.0".into())]))
        .with("x-close-codes", Ordered::Object(closes))
        .with("x-error-codes", Ordered::Object(codes))
}

fn servers() -> Ordered {
    let server = |host: &str, protocol: &str, description: &str| {
        let schemes =
            ["token", "bearer", "cookie"].map(|name| reference(&format!("components/securitySchemes/{name}")));
        Ordered::object([("host", host.into()), ("protocol", protocol.into()), ("description", description.into())])
            .with("security", Ordered::List(schemes.to_vec()))
    };
    Ordered::object([
        ("local", server("127.0.0.1:8000", "ws", "Where chat-server listens unless told otherwise.")),
        ("proxied", server("chat.example", "wss", "Behind whatever speaks TLS.")),
    ])
}

fn security() -> Ordered {
    let scheme =
        |kind: &str, description: &str| Ordered::object([("type", kind.into()), ("description", description.into())]);
    Ordered::object([
        (
            "token",
            scheme("httpApiKey", "An access token in the address; in `auth.token` for Socket.IO.")
                .with("name", "token")
                .with("in", "query"),
        ),
        (
            "bearer",
            scheme("http", "An access token in the Authorization header.")
                .with("scheme", "bearer")
                .with("bearerFormat", "JWT"),
        ),
        (
            "cookie",
            scheme(
                "httpApiKey",
                "The session that logging in opened; the Origin must be the same host or an allowed one.",
            )
            .with("name", "sessionid")
            .with("in", "cookie"),
        ),
    ])
}

fn described(channel: &Channel, named: &mut Named) -> Ordered {
    let mut messages = Vec::new();
    for said in said(channel.entrances[0]) {
        messages.push((format!("in.{}", said.name), message(&said.name, said.payload, said.example)));
    }
    let heard = channel.entrances.iter().flat_map(|entrance| heard(*entrance));
    messages.extend(gathered(channel.name, "out", heard, named));
    if channel.name == "socketio" {
        messages.extend(gathered("ack", "ack", acks().into_iter().map(|(name, ack)| (name.to_owned(), ack)), named));
    }
    let binding = if channel.name == "stream" { "http" } else { "ws" };
    let query = Ordered::Object([&["token"], channel.query].concat().iter().map(|name| parameter(name)).collect());
    let query = Ordered::object([("type", "object".into()), ("properties", query)]);
    let method = Ordered::object([("method", "GET".into()), ("query", query)]);
    let described = Ordered::object([("address", channel.address.into()), ("title", channel.title.into())])
        .with("description", channel.description)
        .with("messages", Ordered::Object(messages))
        .with("bindings", Ordered::object([(binding, method)]));
    match channel.address.contains("{chat}") {
        true => described.with(
            "parameters",
            Ordered::object([("chat", Ordered::object([("description", "The id of a chat.".into())]))]),
        ),
        false => described,
    }
}

/// The messages of frames, whose schemas come from sampled frames.
fn gathered(
    channel: &str,
    direction: &str,
    frames: impl Iterator<Item = (String, Ordered)>,
    named: &mut Named,
) -> Vec<(String, Ordered)> {
    let mut found: Vec<(String, Schema, Ordered)> = Vec::new();
    for (name, frame) in frames {
        if !found.iter().any(|(known, ..)| *known == name) {
            found.push((name.clone(), Schema::default(), frame.clone()));
        }
        let (_, schema, _) = found.iter_mut().find(|(known, ..)| *known == name).unwrap();
        schema.see(&frame, &format!("{channel}.{name}"), named);
    }
    let spelled = |(name, schema, example): (String, Schema, Ordered)| {
        let payload = schema.spelled(&format!("{channel}.{name}"));
        (format!("{direction}.{name}"), message(&name, payload, example))
    };
    found.into_iter().map(spelled).collect()
}

fn message(name: &str, payload: Ordered, example: Ordered) -> Ordered {
    let example = Ordered::object([("payload", example)]);
    Ordered::object([("name", name.into()), ("summary", summary(name).into()), ("payload", payload)])
        .with("examples", vec![example])
}

fn parameter(name: &str) -> (String, Ordered) {
    let text = || Ordered::object([("type", "string".into())]);
    let schema = match name {
        "token" => {
            text().with("description", "An access token; an Authorization header or the sessionid cookie do as well.")
        }
        "cursor" => text().with("description", "Replay every change since; empty: from now on, and tell me cursors."),
        "last_message_id" => {
            Ordered::object([("description", "Replay the messages after this one, then go on live.".into())])
        }
        "chat_id" => text().with("format", "uuid"),
        "lang" => text().with("enum", vec!["ru", "en"]),
        "EIO" => Ordered::object([("const", "4".into())]),
        _ => text().with("enum", vec!["polling", "websocket"]),
    };
    (name.to_owned(), schema)
}

fn operations(name: &str, channel: &Ordered) -> Vec<(String, Ordered)> {
    let Ordered::Object(fields) = channel else { return Vec::new() };
    let Some((_, Ordered::Object(messages))) = fields.iter().find(|(field, _)| field == "messages") else {
        return Vec::new();
    };
    let operation = |(direction, action, suffix, summary): (&str, &str, &str, &str)| {
        let of_it = messages.iter().filter(|(key, _)| key.starts_with(direction));
        let messages: Vec<_> = of_it.map(|(key, _)| reference(&format!("channels/{name}/messages/{key}"))).collect();
        let operation =
            Ordered::object([("action", action.into()), ("channel", reference(&format!("channels/{name}")))])
                .with("summary", summary);
        (!messages.is_empty()).then(|| (format!("{name}{suffix}"), operation.with("messages", Ordered::List(messages))))
    };
    let all = [
        ("in.", "receive", "In", "What a client says."),
        ("out.", "send", "Out", "What a client hears."),
        ("ack.", "send", "Ack", "What an event is answered, where its sender asks for an ACK."),
    ];
    all.into_iter().filter_map(operation).collect()
}

/// The schemas of texts that have names.
fn texts() -> Vec<(String, Ordered)> {
    let text = |description: &str| Ordered::object([("type", "string".into()), ("description", description.into())]);
    let words: Vec<&str> = chat_domain::MessageKind::ALL.iter().map(|kind| kind.word()).collect();
    let codes: Vec<&str> = CODES.iter().map(|code| code.word).collect();
    vec![
        (
            "cursor".into(),
            text("Where the reader stands in a room; good in every dialect. On durable frames, for who asked for it."),
        ),
        (
            "clientId".into(),
            text("The sender's own name for a request: repeating it makes nothing twice.")
                .with("minLength", 1i64)
                .with("maxLength", 64i64),
        ),
        ("errorCode".into(), text("What went wrong, for a program to go by.").with("enum", codes)),
        ("messageType".into(), Ordered::object([("type", "string".into()), ("enum", words.into())])),
    ]
}

fn reference(to: &str) -> Ordered {
    Ordered::object([("$ref", format!("#/{to}").into())])
}
