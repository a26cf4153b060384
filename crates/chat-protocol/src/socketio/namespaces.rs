/// The client's attendance in each namespace, three bits for each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Namespaces {
    asked: u32,
    joined: u32,
    left: u32,
}

/// A client's attendance in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attendance {
    Stranger,
    /// The client asked to come in, and the application has not decided yet.
    Asked,
    Joined,
    /// The client was in it once. Packets for it may still be on their way, and are no violation.
    Left,
}

impl Namespaces {
    pub(super) fn attendance(&self, index: usize) -> Attendance {
        let bit = bit(index);
        if self.joined & bit != 0 {
            Attendance::Joined
        } else if self.asked & bit != 0 {
            Attendance::Asked
        } else if self.left & bit != 0 {
            Attendance::Left
        } else {
            Attendance::Stranger
        }
    }

    pub(super) fn set(&mut self, index: usize, attendance: Attendance) {
        let bit = bit(index);
        for (set, here) in [
            (&mut self.asked, attendance == Attendance::Asked),
            (&mut self.joined, attendance == Attendance::Joined),
            (&mut self.left, attendance == Attendance::Left),
        ] {
            *set = if here { *set | bit } else { *set & !bit };
        }
    }
}

/// Returns the bit of a namespace. Only 32 have one; nobody can come into a namespace beyond them.
fn bit(index: usize) -> u32 {
    u32::try_from(index).ok().and_then(|index| 1u32.checked_shl(index)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_standing_at_a_time() {
        let mut namespaces = Namespaces::default();
        for attendance in [Attendance::Asked, Attendance::Joined, Attendance::Left, Attendance::Stranger] {
            namespaces.set(31, attendance);
            assert_eq!(namespaces.attendance(31), attendance);
            assert_eq!(namespaces.attendance(0), Attendance::Stranger);
        }
        namespaces.set(32, Attendance::Joined);
        assert_eq!(namespaces.attendance(32), Attendance::Stranger);
    }
}
