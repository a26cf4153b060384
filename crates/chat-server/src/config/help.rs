//! The end of `--help`.

/// Examples, and the meaning of exit codes.
pub(super) const EXAMPLES: &str = "\
Examples:
  chat-server                                                  serve on 127.0.0.1:8000, everything in chat.db
  chat-server demo                                             serve rooms in memory where people live, for a first look
  chat-server --listen 0.0.0.0:443 --tls-certificate chat.pem --tls-key chat.key
  chat-server --database postgres://chat@db/chat --admin-listen 127.0.0.1:9464
  chat-server --config /etc/chat-server.toml check-config      what is in force, and where each value comes from
  chat-server user add anna                                    an account; its password is printed once
  chat-server user disable anna --for 7d                       keep somebody out, who comes back to what was theirs
  chat-server user erase anna --messages delete                for good, with all that they said
  chat-server token --user anna                                an access token, to try things with
  chat-server backup copy.db                                   while the server runs
  chat-server restore copy.db                                  when it has stopped
  chat-server import --from slack export.zip                   a workspace that was in Slack
  chat-server import --from rows chat.jsonl                    people, chats and messages of your own database

Exit codes:
  0  all went well
  1  something did not; the standard error says what, and what to do
  2  the command line was not understood";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::Config;
    use super::EXAMPLES;

    #[test]
    fn every_example_is_understood() {
        let shown: Vec<_> = EXAMPLES.lines().filter_map(|line| line.strip_prefix("  chat-server")).collect();
        assert!(shown.len() > 8);
        for line in shown {
            // The explanation is separated by at least three spaces.
            let words = line.split("   ").next().unwrap_or_default().split_whitespace();
            let read = Config::try_parse_from(std::iter::once("chat-server").chain(words));
            assert!(read.is_ok(), "{line}: {}", read.unwrap_err());
        }
    }
}
