//! Whom a message mentions.

use alloc::sync::Arc;

use super::scene::Scene;
use crate::mentions::{ALL, MOST, Mentions, named};
use crate::names::folded;

/// Returns whom these words mention: members, and everybody if the author leads the group.
pub(super) fn mentioned(scene: &Scene<'_>, words: &str) -> Option<Arc<Mentions>> {
    let mut mentions = Mentions::default();
    for name in named(words) {
        let name = folded(name);
        mentions.all |= name == ALL && scene.leads();
        if mentions.people.len() < MOST
            && let Some(member) = scene.chat.member_named(scene.room.id, &name)
            && !mentions.people.contains(&member)
        {
            mentions.people.push(member);
        }
    }
    (!mentions.is_empty()).then(|| Arc::new(mentions))
}
