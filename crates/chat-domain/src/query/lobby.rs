//! Who waits for a stranger, and who talks to one.

use alloc::vec::Vec;

use crate::chat::Chat;
use crate::id::UserId;
use crate::time::Time;
use crate::view::Match;

impl Chat {
    /// Returns a user's open roulette chat.
    pub fn roulette(&self, user: UserId) -> Option<Match> {
        let row = self.lobby(user)?;
        let (partner, last_seen) = self.someone(row.partner?)?;
        Some(Match { room: row.room?, partner: partner.clone(), last_seen })
    }

    /// Whether a user waits for a stranger.
    pub fn searching(&self, user: UserId) -> bool {
        self.lobby(user).is_some_and(|row| row.waiting.is_some())
    }

    /// Renews the leases of users who still have a connection: see [`LobbyRow::renewed`](crate::LobbyRow::renewed).
    pub fn renew_leases(&mut self, users: impl IntoIterator<Item = UserId>, at: Time) {
        let until = at.after(self.limits().lease);
        for user in users {
            if let Some(row) = self.lobby(user) {
                let renewed = row.renewed(at, until);
                if renewed != row {
                    self.set_lobby(renewed);
                }
            }
        }
    }

    /// Returns the users who wait or are in an open roulette chat, and whose lease ended before `at`, in order of their
    /// ids.
    pub fn expired_leases(&self, at: Time) -> Vec<UserId> {
        let busy = self.lobby_rows().filter(|row| row.waiting.is_some() || row.room.is_some());
        busy.filter(|row| row.lease < at).map(|row| row.user).collect()
    }
}
