//! The identity of a process, by which others on the same machine can see whether it still runs and need not wait for
//! it.

use std::fs;

/// Returns this process's identity: the machine since its last start, the namespace of process numbers, the number, and
/// when the process began. `None` if that cannot be found out.
pub(super) fn own() -> Option<String> {
    let pid = std::process::id();
    Some(format!("{} {pid} {}", place()?, began(pid)?))
}

/// Whether a process of this machine has ended; `false` for a process of another machine.
pub(super) fn has_ended(process: &str) -> bool {
    let mut parts = process.rsplitn(3, ' ');
    let (began_then, pid, its_place) = (parts.next(), parts.next(), parts.next());
    let Some(pid) = pid.and_then(|pid| pid.parse().ok()) else { return false };
    its_place.is_some() && its_place == place().as_deref() && began(pid).as_deref() != began_then
}

fn place() -> Option<String> {
    let machine = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", machine.trim(), space.display()))
}

/// Returns when a process began, in ticks since the machine started. Its name stands in brackets and may contain
/// spaces, so the fields are counted from the last bracket.
fn began(pid: u32) -> Option<String> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = line.rsplit_once(')')?;
    rest.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_runs_has_not_ended_and_one_of_elsewhere_is_not_known() {
        let own = own().expect("a process on Linux");
        assert!(!has_ended(&own));
        let (place, _) = own.rsplit_once(' ').expect("words");
        assert!(has_ended(&format!("{place} 1")), "its number is another's by now");
        assert!(!has_ended(&format!("elsewhere {}", own.split_once(' ').expect("words").1)));
        assert!(!has_ended("nonsense"));
    }
}
