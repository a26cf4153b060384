//! Settings that make the server easier to attack. Each is logged at the start and shown in the metrics.

use std::net::{IpAddr, SocketAddr};

use http::Uri;

use crate::config::{Address, Config, InForce, Jwks};

/// Returns what is insecure: its name in the metrics, and what it means.
pub(crate) fn switches(config: &Config, in_force: &[InForce], public: &[SocketAddr]) -> Vec<(&'static str, String)> {
    let jwks = config.issuers.iter().filter_map(|issuer| issuer.jwks.as_ref()).chain(&config.jwks);
    let is_open_jwks = |jwks: &Jwks| matches!(jwks, Jwks::Address(address) if is_open(address));
    let shown = in_force.iter().filter(|one| one.from == "command line" && one.value.starts_with('…'));
    let shown: Vec<String> = shown.map(|one| format!("--{}", one.name.replace('_', "-"))).collect();
    let everywhere = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([203, 0, 113, 1])];
    let trusts_all = config.trusted_proxy.iter().any(|some| everywhere.iter().all(|address| some.contains(*address)));
    let is_bare = config.tls_certificate.is_empty() && config.trusted_proxy.is_empty();
    let all = [
        (
            jwks.into_iter().any(is_open_jwks),
            "jwks_without_tls",
            "--jwks without https: whoever is on the way there can make tokens for everybody".to_owned(),
        ),
        (
            config.introspect_url.as_ref().is_some_and(is_open),
            "introspection_without_tls",
            "--introspect-url without https: whoever is on the way there sees credentials and can be anybody".to_owned(),
        ),
        (
            !shown.is_empty(),
            "secret_on_command_line",
            format!("{} on the command line: everybody on this machine can read it; use a file", shown.join(", ")),
        ),
        (
            trusts_all,
            "trusts_everybody",
            "--trusted-proxy trusts the whole Internet: everybody can say that they come from anywhere".to_owned(),
        ),
        (
            is_bare && public.iter().any(|at| !at.ip().is_loopback()),
            "listens_without_tls",
            "--listen is reached from elsewhere without TLS or a --trusted-proxy: passwords and tokens pass in the clear"
                .to_owned(),
        ),
        (
            matches!(config.admin_listen, Some(Address::Unix { mode, .. }) if mode & 0o006 != 0),
            "operators_socket_for_everybody",
            "--admin-listen is a file that everybody on this machine may use".to_owned(),
        ),
    ];
    all.into_iter().filter(|(is, _, _)| *is).map(|(_, name, meaning)| (name, meaning)).collect()
}

/// Tells whether requests to an address are sent unencrypted over a network.
fn is_open(address: &Uri) -> bool {
    let host = address.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    address.scheme_str() != Some("https") && !is_here
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn names(words: &[&str], public: &str) -> Vec<&'static str> {
        let config = Config::parse_from(["chat-server"].iter().chain(words));
        let secret = InForce { name: "jwt_secret".into(), value: "…".into(), from: "command line".into() };
        let in_force = if config.jwt_secret.is_empty() { vec![] } else { vec![secret] };
        let found = switches(&config, &in_force, &[public.parse().expect("an address")]);
        found.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn each_insecure_switch_is_found_and_no_other() {
        let here = "127.0.0.1:8000";
        for safe in [
            &[][..],
            &["--jwks", "https://id.example/k"],
            &["--jwks", "http://127.0.0.1:9/k", "--trusted-proxy", "10.0.0.0/8"],
            &["--introspect-url", "http://localhost:9/who"],
            &["--admin-listen", "unix:/run/admin.sock"],
        ] {
            assert!(names(safe, here).is_empty(), "{safe:?}");
        }
        assert!(names(&["--trusted-proxy", "10.0.0.1"], "0.0.0.0:8000").is_empty(), "a proxy is before it");
        assert_eq!(names(&[], "0.0.0.0:8000"), ["listens_without_tls"]);
        for (words, name) in [
            (["--jwks", "http://id.example/k"], "jwks_without_tls"),
            (["--introspect-url", "http://10.0.0.9/who"], "introspection_without_tls"),
            (["--jwt-secret", "a secret of at least thirty-two bytes"], "secret_on_command_line"),
            (["--trusted-proxy", "0.0.0.0/0"], "trusts_everybody"),
            (["--admin-listen", "unix:/run/admin.sock?mode=0666"], "operators_socket_for_everybody"),
        ] {
            assert_eq!(names(&words, here), [name]);
        }
    }
}
