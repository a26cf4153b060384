//! Mistakes that a simulation plants to see whether it would find them. They are compiled for this crate's own tests and for nothing
//! else: in every other build [`planted!`] is `false`.

/// Whether this mistake is planted now.
#[cfg(test)]
macro_rules! planted {
    ($mistake:ident) => {
        $crate::mistakes::is_planted($crate::mistakes::Mistake::$mistake)
    };
}

/// Never: mistakes are planted in tests alone.
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
                /// All of them.
                pub(crate) const ALL: &[Mistake] = &[$(Mistake::$name,)*];

                /// The name of the mistake.
                pub(crate) fn word(self) -> &'static str {
                    match self { $(Mistake::$name => concat!("planted-mistake:", $word),)* }
                }
            }
        };
    }

    mistakes! {
        /// The hub tells an event again that it has told.
        Twice = "no dedup by seq";
        /// An event is told before it is committed.
        Early = "publish before commit";
        /// An order is acknowledged before it is committed.
        Hasty = "acknowledge before commit";
        /// What is missing is given up, and nobody reads it.
        Hole = "no re-reading after a hole";
        /// Who has read the journal joins at the present, not where it has read to.
        Seam = "attach after the last read";
        /// Positions are told in any order.
        Back = "positions that go back";
        /// The echo of a message comes before its answer.
        Echo = "answers after echoes";
        /// An order whose outcome is unknown is given again.
        Again = "retry of an unknown commit";
        /// Who was removed goes on hearing.
        Lingers = "a lost unsubscribe";
        /// An encoding is kept from one room for the next.
        Mixed = "an encoder's frame of another room";
        /// A cursor of an earlier life of the database is good.
        Epoch = "cursor without epoch";
        /// What an outbox has no room for is dropped.
        Drops = "an outbox that drops when full";
        /// A resume by cursor forgets the positions.
        Moves = "a resume that forgets moves";
        /// The grace after the last socket is counted from when the server began.
        Grace = "presence that never ends";
        /// Typing is not ended by silence.
        Types = "typing that never ends";
        /// What the other nodes count is not counted here.
        Numbers = "n ignored";
        /// The queue to a client has no bound.
        Unbound = "a queue without a bound";
    }

    thread_local! {
        static PLANTED: Cell<Option<Mistake>> = const { Cell::new(None) };
    }

    /// Plants a mistake on this thread, or none.
    pub(crate) fn plant(mistake: Option<Mistake>) {
        PLANTED.set(mistake);
    }

    /// Whether this one is planted.
    pub(crate) fn is_planted(mistake: Mistake) -> bool {
        PLANTED.get() == Some(mistake)
    }
}
