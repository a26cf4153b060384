//! A process as others on its machine know it: whether it still runs can be seen there, and nobody need wait for it.

use std::fs;

/// This process: the machine since it was started, the space in which processes are numbered, the number, and since when that is
/// this one's. Nothing where that cannot be seen.
pub(super) fn own() -> Option<String> {
    let pid = std::process::id();
    Some(format!("{} {pid} {}", place()?, began(pid)?))
}

/// Whether a process was one of this machine and has ended.
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

/// When a process began, in ticks since the machine did. (The second word of the line is the name, which may hold spaces.)
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
