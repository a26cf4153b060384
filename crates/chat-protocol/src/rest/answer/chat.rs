//! Answers about chats and their members.

use chat_domain::view::{ChatView, Chats, Match, MemberView};
use chat_domain::{Handle, Role, RoomKind, Time, UserId};

use super::super::Tree;
use super::message::object as message;
use super::{Reply, reply};
use crate::dialect::additions::unread_mentions;
use crate::dialect::roulette::personal::partner_fields;
use crate::features::Features;
use crate::json::Object;

/// Tells whether a user looks online.
type Online<'a> = &'a dyn Fn(UserId) -> bool;

/// Returns one chat, as the reader sees it.
pub fn chat(tree: Tree, features: Features, status: u16, view: &ChatView, online: Online<'_>) -> Reply {
    reply(tree, status, |o| {
        o.nest("data", |o| chat_object(o, (tree, features), view, online));
    })
}

/// Returns a page of the reader's chats.
pub fn chats(tree: Tree, features: Features, page: &Chats, online: Online<'_>) -> Reply {
    reply(tree, 200, |o| {
        o.objects("data", &page.chats, |o, view| chat_object(o, (tree, features), view, online));
        o.put("next_before", page.next.map(|room| tree.spelled_room(room)));
    })
}

/// Returns a page of members; `next` is where the next page begins.
pub fn members(tree: Tree, features: Features, page: &[MemberView], next: Option<Handle>, online: Online<'_>) -> Reply {
    reply(tree, 200, |o| {
        o.objects("data", page, |o, member| member_object(o, (tree, features), member, online));
        o.put("next_before", next.map(|user| tree.spelled(user)));
    })
}

/// Returns a member who was added (201), or was in the group already (200).
pub fn member(tree: Tree, features: Features, status: u16, view: &MemberView, online: Online<'_>) -> Reply {
    reply(tree, status, |o| {
        o.nest("data", |o| member_object(o, (tree, features), view, online));
    })
}

/// Returns what became of a search for a stranger: nobody was found yet, or a chat was opened.
pub fn roulette(found: Option<&Match>, online: bool, now: Time) -> Reply {
    reply(Tree::V1, 200, |o| {
        o.nest("data", |o| match found {
            None => {
                o.put("status", "searching");
            }
            Some(found) => {
                o.put("status", "matched").put("chat_id", found.room.uuid());
                o.nest("user", |o| partner_fields(o, found, online, now));
            }
        });
    })
}

fn chat_object(o: &mut Object<'_>, (tree, features): (Tree, Features), view: &ChatView, online: Online<'_>) {
    let room = &view.room;
    o.put("id", tree.spelled_room(room.id)).put("type", kind(room.kind)).put("title", room.title.as_deref());
    o.put("created_at", tree.moment(room.created_at)).put("unread_count", view.unread);
    o.nest_or_null("last_message", view.last_message.as_ref(), |o, shown| message(o, tree, features, shown));
    unread_mentions(o, features, view.mentions);
    o.put("members_count", room.members);
    if features.has(Features::MODERATION) {
        o.put("slow_mode", room.slow_mode).put("frozen", room.frozen);
    }
    o.objects("members", &view.members, |o, member| member_object(o, (tree, features), member, online));
}

fn member_object(o: &mut Object<'_>, (tree, features): (Tree, Features), member: &MemberView, online: Online<'_>) {
    let person = &member.person;
    o.put("id", tree.spelled(person.handle)).put("name", person.name.as_str());
    o.put("username", person.username.as_str()).put("avatar", person.avatar.as_str());
    o.put("is_online", online(person.id()));
    o.put("last_seen", member.last_seen.map(|at| tree.moment(at))).put("role", role(member.role, features));
    if features.has(Features::MODERATION) {
        tree.words().moment_or_null(o, "muted_until", member.muted);
    }
}

pub(super) const fn kind(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Direct => "direct",
        RoomKind::Group => "group",
        RoomKind::Roulette => "roulette",
    }
}

/// Returns the rank as a client is told it: one that did not ask for moderation knows only owners and members.
const fn role(role: Role, features: Features) -> &'static str {
    match role {
        Role::Moderator if !features.has(Features::MODERATION) => Role::Member.word(),
        role => role.word(),
    }
}
