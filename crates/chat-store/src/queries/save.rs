//! Writing the rows of a batch, with one statement for each table.

use chat_domain::fact::Written;

use super::mentions;
use super::previous::Previous;
use crate::sql::Write;
use crate::tables::changes::{log, receipts};
use crate::tables::files::{bound, gone};
use crate::tables::lobby::seats;
use crate::tables::members::{reached_on, read_on, sent_more, whole_members};
use crate::tables::messages::{changed_messages, messages, messages_with_more, threads};
use crate::tables::moderation::{acts, blocked, purges, unblocked};
use crate::tables::names::{directs, made, sent};
use crate::tables::reactions::{forgotten_reactions, reactions};
use crate::tables::rooms::{rooms, rooms_that_went_on};

/// Returns the statements that write all rows, in this order: first new rooms, to which other rows refer; last the new
/// `seq` of the other rooms.
pub(super) fn statements<'w>(written: &'w Written, before: &Previous) -> Vec<Write<'w>> {
    let members = before.members(&written.members);
    let (moved, changed): (Vec<_>, Vec<_>) = written.rooms.iter().partition(|room| before.only_went_on(room));
    let statements = [
        rooms(written.new_rooms.iter()),
        whole_members(&members.whole),
        sent_more(&members.sent),
        read_on(&members.read),
        reached_on(&members.delivered),
        messages(written),
        messages_with_more(written),
        changed_messages(written),
        threads(written),
        mentions::forgotten(written),
        mentions::kept(written),
        mentions::owed(written),
        log(written),
        receipts(written),
        forgotten_reactions(written),
        reactions(written),
        bound(written),
        gone(written),
        sent(written),
        made(written),
        directs(written),
        seats(written),
        acts(written),
        purges(written),
        unblocked(written),
        blocked(written),
        rooms(changed.into_iter()),
        rooms_that_went_on(&moved),
    ];
    statements.into_iter().filter(|write| !write.rows.is_empty()).collect()
}
