//! How much of what one person may do in the cluster is for this node to let pass.

use chat_domain::backplane::{Sign, Spent};

use super::super::handle::Hub;

/// How a node stands among the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// How many others there are.
    pub(crate) others: usize,
    /// What is said here does not come to them, nor what they say here.
    pub(crate) is_apart: bool,
}

impl Hub {
    /// How this node stands among the others.
    pub(crate) fn standing(&self) -> Standing {
        let Some(nodes) = &self.0.nodes else { return Standing::default() };
        let others = nodes.numbers().hearing.others();
        Standing { others, is_apart: others > 0 && !nodes.among.backplane.is_well() }
    }

    /// Tells the other nodes what people have done here of what has a rate.
    pub(crate) fn tell_spent(&self, spent: &[Spent]) {
        self.tell_signs(spent.chunks(AT_ONCE).map(|some| Sign::Spent(some.to_vec())).collect());
    }

    /// What people have done on other nodes since this was last asked, once there is something.
    pub(crate) async fn spent_elsewhere(&self) -> Vec<Spent> {
        self.0.spent.next().await
    }
}

impl Standing {
    /// What part of the whole a node lets pass, above and below the line. While nodes hear each other, each counts what the others let
    /// pass; while they do not, an equal part would keep whoever is at one node from most of theirs: it is half as much again.
    pub(crate) fn part(self) -> (u32, u32) {
        match self.is_apart {
            true => (3, u32::try_from(self.others).unwrap_or(u32::MAX).saturating_add(1).saturating_mul(2)),
            false => (1, 1),
        }
    }

    /// How many of so many sockets that is: one at least.
    pub(crate) fn of(self, most: usize) -> usize {
        let (above, below) = self.part();
        (most.saturating_mul(above as usize) / below as usize).clamp(1, most.max(1))
    }
}

/// One of so many parts of whatever somebody may do is each node's own: what stays within is not told to the others. So most people
/// cost the bus nothing, and whoever is spread over three nodes has two such parts more than the whole.
pub(crate) const OWN: u32 = 8;
/// As much at once as an envelope takes.
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
