//! How much of what a user may do in the whole cluster this node may allow.

use chat_domain::backplane::{Sign, Spent};

use super::super::handle::Hub;

/// The other nodes, as far as they matter for limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// How many other nodes there are.
    pub(crate) others: usize,
    /// Whether the bus to them is down.
    pub(crate) is_apart: bool,
}

impl Hub {
    /// Returns how many other nodes there are, and whether they are reached.
    pub(crate) fn standing(&self) -> Standing {
        let Some(nodes) = &self.0.nodes else { return Standing::default() };
        let others = nodes.numbers().hearing.others();
        Standing { others, is_apart: others > 0 && !nodes.among.backplane.is_well() }
    }

    /// Tells the other nodes what was used of rates here.
    pub(crate) fn tell_spent(&self, spent: &[Spent]) {
        self.tell_signs(spent.chunks(AT_ONCE).map(|some| Sign::Spent(some.to_vec())).collect());
    }

    /// Waits until other nodes have told what was used of rates there, and takes it.
    pub(crate) async fn spent_elsewhere(&self) -> Vec<Spent> {
        self.0.spent.next().await
    }
}

impl Standing {
    /// Returns which part of a limit this node may allow, as numerator and denominator. While nodes hear each other that is the
    /// whole, since each counts what the others have allowed. While they do not it is half as much again as an equal part, so that
    /// users of one node keep more of theirs.
    pub(crate) fn part(self) -> (u32, u32) {
        match self.is_apart {
            true => (3, u32::try_from(self.others).unwrap_or(u32::MAX).saturating_add(1).saturating_mul(2)),
            false => (1, 1),
        }
    }

    /// Returns that part of a number of sockets: one at least.
    pub(crate) fn of(self, most: usize) -> usize {
        let (above, below) = self.part();
        (most.saturating_mul(above as usize) / below as usize).clamp(1, most.max(1))
    }
}

/// How many uses fit into one envelope.
const AT_ONCE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_do_not_hear_each_other_let_half_as_much_again_pass_as_one_would() {
        for (others, most) in [(0, 100), (1, 75), (2, 50), (5, 25)] {
            assert_eq!(Standing { others, is_apart: others > 0 }.of(100), most);
            assert_eq!(Standing { others, is_apart: false }.of(100), 100);
        }
        assert_eq!(Standing { others: 9, is_apart: true }.of(1), 1, "everybody may have one");
    }
}
