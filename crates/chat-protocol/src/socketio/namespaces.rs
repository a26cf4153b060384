/// Where one session stands in each namespace that there is, three bits for each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Namespaces {
    asked: u32,
    joined: u32,
    left: u32,
}

/// How a session stands to a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Stranger,
    /// The application has yet to decide.
    Asked,
    Joined,
    /// Was in once; what is still on its way is nobody's fault.
    Left,
}

impl Namespaces {
    pub(super) fn standing(&self, index: usize) -> Standing {
        let bit = bit(index);
        if self.joined & bit != 0 {
            Standing::Joined
        } else if self.asked & bit != 0 {
            Standing::Asked
        } else if self.left & bit != 0 {
            Standing::Left
        } else {
            Standing::Stranger
        }
    }

    pub(super) fn set(&mut self, index: usize, standing: Standing) {
        let bit = bit(index);
        for (set, here) in [
            (&mut self.asked, standing == Standing::Asked),
            (&mut self.joined, standing == Standing::Joined),
            (&mut self.left, standing == Standing::Left),
        ] {
            *set = if here { *set | bit } else { *set & !bit };
        }
    }
}

/// There are at most 32; a namespace beyond them has no bit, so nobody ever joins it.
fn bit(index: usize) -> u32 {
    u32::try_from(index).ok().and_then(|index| 1u32.checked_shl(index)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_standing_at_a_time() {
        let mut namespaces = Namespaces::default();
        for standing in [Standing::Asked, Standing::Joined, Standing::Left, Standing::Stranger] {
            namespaces.set(31, standing);
            assert_eq!(namespaces.standing(31), standing);
            assert_eq!(namespaces.standing(0), Standing::Stranger);
        }
        namespaces.set(32, Standing::Joined);
        assert_eq!(namespaces.standing(32), Standing::Stranger);
    }
}
