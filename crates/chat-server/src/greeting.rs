//! What is printed at the start: where everything is, and a line to try each dialect with.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What to print.
pub(crate) struct Greeting<'a> {
    /// Whether the chat is served over TLS.
    pub(crate) is_tls: bool,
    /// The addresses of the chat.
    pub(crate) public: &'a [SocketAddr],
    /// Its Unix sockets, which are always plain.
    pub(crate) files: &'a [String],
    /// The addresses for operators.
    pub(crate) admin: &'a [SocketAddr],
    pub(crate) admin_files: &'a [String],
    /// The database.
    pub(crate) database: &'a str,
    /// The token of the demo's guest.
    pub(crate) guest: Option<&'a str>,
}

impl Greeting<'_> {
    /// Returns one line for each address, for programs and logs.
    pub(crate) fn plain(&self) -> String {
        let mut text = String::new();
        let http = self.http();
        for at in self.public {
            let _ = writeln!(text, "listening on {http}://{at}");
        }
        for file in self.files {
            let _ = writeln!(text, "listening on {file}");
        }
        for at in self.admin {
            let _ = writeln!(text, "admin listening on http://{at}");
        }
        for file in self.admin_files {
            let _ = writeln!(text, "admin listening on {file}");
        }
        if let (Some(token), Some(at)) = (self.guest, self.public.first()) {
            let _ = writeln!(text, "the demo is at {http}://{}/#token={token}", reachable(*at));
        }
        text
    }

    /// Returns the text for a terminal.
    pub(crate) fn colourful(&self) -> String {
        let mut text = format!("\n  {BOLD}{ACCENT}chat-server{PLAIN} {}\n\n", env!("CARGO_PKG_VERSION"));
        let mut row = |name: &str, what: &str| {
            let _ = writeln!(text, "  {SOFT}{name:<12}{PLAIN} {what}");
        };
        let http = self.http();
        for at in self.public {
            let at = reachable(*at);
            match self.guest {
                Some(token) => row("Demo", &format!("{BOLD}{http}://{at}/#token={token}{PLAIN}")),
                None => row("Page", &format!("{BOLD}{http}://{at}/{PLAIN}")),
            }
            row("Dialects", &format!("{http}://{at}/dialects"));
            row("API", &format!("{http}://{at}/api/openapi.json, {http}://{at}/api/asyncapi.json"));
        }
        self.files.iter().for_each(|file| row("Socket", file));
        for at in self.admin {
            row("Operators", &format!("http://{}/", reachable(*at)));
        }
        self.admin_files.iter().for_each(|file| row("Operators", file));
        row("Data", data(self.database));
        if let Some(at) = self.public.first() {
            text.push_str(&self.lines(&reachable(*at).to_string()));
        }
        text.push('\n');
        text
    }

    /// Returns a line to paste for each dialect, with the guest's token or a way to get one.
    fn lines(&self, at: &str) -> String {
        let mut text = String::from("\n");
        match self.guest {
            Some(token) => {
                let _ = writeln!(text, "  {SOFT}Try each dialect; first:{PLAIN}  TOKEN={token}\n");
            }
            None => {
                let _ = writeln!(text, "  {SOFT}Try each dialect once there is an account and a chat; first:{PLAIN}");
                let _ = writeln!(
                    text,
                    "  TOKEN=$(curl -s http://{at}/api/auth/login -H 'content-type: application/json' \\\n    \
                     -d '{{\"username\":\"…\",\"password\":\"…\"}}' | grep -o '\"access_token\":\"[^\"]*' | cut -d'\"' -f4)\n"
                );
            }
        }
        for (dialect, line) in DIALECTS {
            let _ = writeln!(text, "  {SOFT}{dialect:<12}{PLAIN} {}", line.replace("AT", at));
        }
        // Where TLS is used, there is no plain address.
        if self.is_tls { text.replace("http://", "https://").replace("ws://", "wss://") } else { text }
    }

    fn http(&self) -> &'static str {
        if self.is_tls { "https" } else { "http" }
    }
}

/// Returns an address that a browser on this machine can open, in place of one like 0.0.0.0.
pub(crate) fn reachable(at: SocketAddr) -> SocketAddr {
    match at.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), at.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), at.port()),
        _ => at,
    }
}

/// Returns where the data is, without a password.
fn data(database: &str) -> &str {
    match database {
        "sqlite::memory:" => "in memory, gone when the server stops",
        other if other.starts_with("postgres") => other.rsplit('@').next().unwrap_or(other),
        other => other.strip_prefix("sqlite:").unwrap_or(other),
    }
}

const DIALECTS: [(&str, &str); 5] = [
    ("rest", "curl -N \"http://AT/api/chats/1/stream?token=$TOKEN\""),
    ("multiplexed", "npx wscat -c \"ws://AT/ws?token=$TOKEN\" -x '{\"type\":\"join_chat\",\"chat_id\":1}' -w 60"),
    ("room", "npx wscat -c \"ws://AT/ws/chat/1/?token=$TOKEN\""),
    ("roulette", "npx wscat -c \"ws://AT/api/v1/ws?chat_id=63686174-0002-8000-8000-000000000001&token=$TOKEN\""),
    ("socketio", "curl \"http://AT/socket.io/?EIO=4&transport=polling\""),
];

const BOLD: &str = "\x1b[1m";
const ACCENT: &str = "\x1b[38;5;105m";
const SOFT: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting<'a>(public: &'a [SocketAddr], guest: Option<&'a str>) -> Greeting<'a> {
        Greeting {
            is_tls: false,
            public,
            files: &[],
            admin: &[],
            admin_files: &[],
            database: "postgres://chat:secret@db/chat",
            guest,
        }
    }

    #[test]
    fn a_program_reads_one_line_for_each_address() {
        let public = [SocketAddr::from(([0, 0, 0, 0], 8000))];
        assert_eq!(greeting(&public, None).plain(), "listening on http://0.0.0.0:8000\n");
    }

    #[test]
    fn somebody_at_a_terminal_can_open_and_paste_what_is_printed() {
        let public = [SocketAddr::from(([0, 0, 0, 0], 8000))];
        let text = greeting(&public, None).colourful();
        assert!(text.contains("http://127.0.0.1:8000/") && !text.contains("0.0.0.0"));
        for (dialect, _) in DIALECTS {
            assert!(text.contains(dialect));
        }
        assert!(!text.contains("secret") && text.contains("db/chat"));
        assert!(greeting(&public, Some("abc")).colourful().contains("/#token=abc"));
    }
}
