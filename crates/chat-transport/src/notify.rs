//! Telling a service manager how the server is, by systemd's protocol: one datagram a word.

use std::env;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tracing::debug;

/// Sends a word (`READY=1`, `STOPPING=1`) to the service manager that started the server. Does nothing without one.
pub fn notify(word: &str) {
    let Ok(to) = env::var("NOTIFY_SOCKET") else { return };
    if let Err(error) = send(&to, word) {
        debug!(%error, word, "the service manager does not hear");
    }
}

/// Sends signs of life as often as the service manager asks for them, for ever. Returns at once if it asks for none.
pub async fn live() {
    let Some(every) = watchdog(env::var("WATCHDOG_USEC").ok(), env::var("WATCHDOG_PID").ok()) else { return };
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        notify("WATCHDOG=1");
    }
}

/// Returns the pause between two signs: half of the time after which the service manager would think that the server hangs.
fn watchdog(micros: Option<String>, pid: Option<String>) -> Option<Duration> {
    let is_ours = pid.is_none_or(|pid| pid == std::process::id().to_string());
    let micros: u64 = micros.filter(|_| is_ours)?.parse().ok()?;
    Some(Duration::from_micros(micros / 2)).filter(|every| !every.is_zero())
}

fn send(to: &str, word: &str) -> io::Result<()> {
    let to = match to.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(to)?,
    };
    UnixDatagram::unbound()?.send_to_addr(word.as_bytes(), &to).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_of_life_comes_twice_as_often_as_it_is_wanted() {
        let every = |micros: &str, pid: Option<&str>| watchdog(Some(micros.into()), pid.map(String::from));
        assert_eq!(every("2000000", None), Some(Duration::from_secs(1)));
        assert_eq!(every("2000000", Some(&std::process::id().to_string())), Some(Duration::from_secs(1)));
        assert_eq!((every("2000000", Some("1")), every("soon", None), every("0", None)), (None, None, None));
        assert_eq!(watchdog(None, None), None);
    }

    #[test]
    fn a_word_is_one_datagram() {
        let name = format!("chat-notify-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let manager = UnixDatagram::bind_addr(&address).expect("a socket");
        send(&format!("@{name}"), "READY=1").expect("sent");
        let mut heard = [0; 64];
        let length = manager.recv(&mut heard).expect("a datagram");
        assert_eq!(&heard[..length], b"READY=1");
        assert!(send("/nowhere/at/all", "READY=1").is_err());
    }
}
