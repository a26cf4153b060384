//! Who waits and who talks to a stranger.

use alloc::vec::Vec;

use crate::chat::Chat;
use crate::id::UserId;
use crate::time::Time;
use crate::view::Match;

impl Chat {
    /// Somebody's open roulette chat.
    pub fn roulette(&self, user: UserId) -> Option<Match> {
        let row = self.lobby(user)?;
        let (partner, last_seen) = self.someone(row.partner?)?;
        Some(Match { room: row.room?, partner: partner.clone(), last_seen })
    }

    /// Whether somebody waits for a stranger.
    pub fn searching(&self, user: UserId) -> bool {
        self.lobby(user).is_some_and(|row| row.waiting.is_some())
    }

    /// These users still have a socket: see [`LobbyRow::renewed`](crate::LobbyRow::renewed).
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

    /// Who waits or is in an open roulette chat with a lease that ended before `at`, in order of their ids.
    pub fn expired_leases(&self, at: Time) -> Vec<UserId> {
        let busy = self.lobby_rows().filter(|row| row.waiting.is_some() || row.room.is_some());
        busy.filter(|row| row.lease < at).map(|row| row.user).collect()
    }
}
