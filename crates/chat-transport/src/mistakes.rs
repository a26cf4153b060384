//! Mistakes that a simulation plants to show that it would find them. They are compiled only for this crate's own tests; in every
//! other build [`planted!`] is `false`.

/// True if this mistake is planted on this thread.
#[cfg(test)]
macro_rules! planted {
    ($mistake:ident) => {
        $crate::mistakes::is_planted($crate::mistakes::Mistake::$mistake)
    };
}

/// Always false: mistakes are planted in tests alone.
#[cfg(not(test))]
macro_rules! planted {
    ($mistake:ident) => {
        false
    };
}

pub(crate) use planted;

#[cfg(test)]
pub(crate) use self::test::*;

#[cfg(test)]
mod test {
    use std::cell::Cell;

    macro_rules! mistakes {
        ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
            /// A mistake that can be planted.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub(crate) enum Mistake { $($(#[$doc])* $name,)* }

            impl Mistake {
                /// Every mistake there is.
                pub(crate) const ALL: &[Mistake] = &[$(Mistake::$name,)*];

                /// Returns the name under which the mistake is listed.
                pub(crate) fn word(self) -> &'static str {
                    match self { $(Mistake::$name => concat!("planted-mistake:", $word),)* }
                }
            }
        };
    }

    mistakes! {
        /// The hub tells an event a second time.
        Twice = "no dedup by seq";
        /// An event is told before it is committed.
        Early = "publish before commit";
        /// An order is acknowledged before it is committed.
        Hasty = "acknowledge before commit";
        /// An event that is missing is skipped instead of being read from the journal.
        Hole = "no re-reading after a hole";
        /// A client that has read the journal joins at the present instead of where its reading ended.
        Seam = "attach after the last read";
        /// Positions are told in any order, so that one may go back.
        Back = "positions that go back";
        /// The echo of a message comes before its answer.
        Echo = "answers after echoes";
        /// An order whose outcome is unknown is submitted a second time.
        Again = "retry of an unknown commit";
        /// Somebody who was removed goes on hearing the room.
        Lingers = "a lost unsubscribe";
        /// A frame that was encoded for one room is sent in another.
        Mixed = "an encoder's frame of another room";
        /// A cursor from an earlier epoch is accepted.
        Epoch = "cursor without epoch";
        /// Frames that do not fit into an outbox are dropped silently.
        Drops = "an outbox that drops when full";
        /// A resume by cursor forgets the positions.
        Moves = "a resume that forgets moves";
        /// The grace after somebody's last socket is counted from the server's start.
        Grace = "presence that never ends";
        /// After a clock was set back, no grace ends until the clock has caught up.
        Wall = "presence by wall clock";
        /// Typing does not end when its signs stop.
        Types = "typing that never ends";
        /// The numbers that count another node's envelopes are not checked.
        Numbers = "n ignored";
        /// The queue to a client has no bound.
        Unbound = "a queue without a bound";
        /// Mutes are ignored.
        Voice = "a mute that binds nobody";
    }

    thread_local! {
        static PLANTED: Cell<Option<Mistake>> = const { Cell::new(None) };
    }

    /// Plants a mistake on this thread, or takes it out with `None`.
    pub(crate) fn plant(mistake: Option<Mistake>) {
        PLANTED.set(mistake);
    }

    /// Tells whether this mistake is planted on this thread.
    pub(crate) fn is_planted(mistake: Mistake) -> bool {
        PLANTED.get() == Some(mistake)
    }
}
