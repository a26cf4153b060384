//! Everything that belongs to a user, each on a line of its own, without anybody else's words.

use chat_domain::rows::ReactionRow;
use chat_domain::view::Membership;
use chat_domain::{File, Message, Notification, Person, Report, Role};

use super::super::Tree;
use super::{account, chat, report};
use crate::json::{Object, Raw, object};

/// Something that belongs to a user.
#[derive(Clone, Copy, Debug)]
pub enum Belonging<'a> {
    /// The user.
    User(&'a Person),
    /// A room that they are in, with their rank.
    Chat(&'a Membership, Role),
    /// A message that they sent.
    Message(&'a Message),
    /// A reaction that they give.
    Reaction(&'a ReactionRow),
    /// A file that they uploaded.
    File(&'a File),
    /// A user whom they block.
    Block(&'a Person),
    /// A report that they made.
    Report(&'a Report),
    /// A notification of theirs, without its text, which is somebody else's.
    Notification(&'a Notification),
    /// The address of a device of theirs.
    Subscription(&'a str),
    /// The end: how many lines there were.
    End(u64),
}

/// Adds the line of something that belongs to the user.
pub fn belonging(out: &mut Vec<u8>, it: Belonging<'_>) {
    let word = match it {
        Belonging::User(_) => "user",
        Belonging::Chat(..) => "chat",
        Belonging::Message(_) => "message",
        Belonging::Reaction(_) => "reaction",
        Belonging::File(_) => "file",
        Belonging::Block(_) => "block",
        Belonging::Report(_) => "report",
        Belonging::Notification(_) => "notification",
        Belonging::Subscription(_) => "subscription",
        Belonging::End(_) => "end",
    };
    object(out, |o| {
        o.put("type", word).nest("data", |o| fill(o, it));
    });
    out.push(b'\n');
}

fn fill(o: &mut Object<'_>, it: Belonging<'_>) {
    let tree = Tree::V2;
    match it {
        Belonging::User(person) => account::both_faces(o, tree, person),
        Belonging::Chat(Membership { room, kind, .. }, role) => {
            o.put("id", room.uuid()).put("type", chat::kind(*kind)).put("role", role.word());
        }
        Belonging::Message(message) => said(o, message),
        Belonging::Reaction(row) => {
            o.put("chat_id", row.room.uuid()).put("message_id", row.message.uuid());
            o.put("emoji", row.emoji.as_str()).put("reacted_at", tree.moment(row.at));
        }
        Belonging::File(file) => {
            o.put("id", file.id.as_str()).put("name", file.name.as_str()).put("size", file.size);
            o.put("type", file.mime.as_str());
        }
        Belonging::Block(person) => {
            o.put("user_id", tree.spelled(person.handle));
        }
        Belonging::Report(report) => report::fields(o, report),
        Belonging::Notification(one) => {
            o.put("id", one.id.uuid()).put("type", one.kind.word()).put("data", Raw(&one.data));
            o.put("created_at", tree.moment(one.created_at)).put("read_at", one.read_at.map(|at| tree.moment(at)));
        }
        Belonging::Subscription(endpoint) => {
            o.put("endpoint", endpoint);
        }
        Belonging::End(lines) => {
            o.put("lines", lines);
        }
    }
}

fn said(o: &mut Object<'_>, message: &Message) {
    let tree = Tree::V2;
    o.put("id", message.id.uuid()).put("chat_id", message.room.uuid()).put("type", message.kind.word());
    o.put("content", &*message.content).put("metadata", Raw(&message.metadata));
    o.put("created_at", tree.moment(message.created_at));
    o.put("edited_at", message.edited.map(|(at, _)| tree.moment(at)));
    o.put("reply_to", message.reply.as_ref().map(|reply| reply.quote.message.uuid()));
}
