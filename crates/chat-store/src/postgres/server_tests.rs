use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::*;

fn server(url: &str) -> Result<Server, String> {
    Server::parse(url, &Surroundings::default())
}

#[test]
fn what_is_shown_has_no_password() {
    for (url, shown) in [
        ("postgres://ann:secret@db.example:6432/chat", "db.example:6432/chat"),
        ("postgres://ann@[::1]/chat?password=secret&sslmode=disable", "[::1]:5432/chat"),
        ("postgresql://ann:se%40cret@%2Frun%2Fpostgresql/chat", "/run/postgresql/.s.PGSQL.5432/chat"),
        ("postgres:///chat?host=/run/postgresql&user=ann&password=secret", "/run/postgresql/.s.PGSQL.5432/chat"),
        ("postgres://ann:secret@one,two:5433/chat", "one:5432,two:5433/chat"),
    ] {
        assert_eq!(server(url).unwrap().shown(), shown, "{url}");
    }
}

#[test]
fn modes_are_those_of_libpq() {
    for (mode, meant) in [
        ("", SslMode::Prefer),
        ("?sslmode=disable", SslMode::Disable),
        ("?sslmode=allow", SslMode::Require),
        ("?sslmode=prefer", SslMode::Prefer),
        ("?sslmode=require&connect_timeout=3", SslMode::Require),
    ] {
        let server = server(&format!("postgres://ann@db.example/chat{mode}")).unwrap();
        assert_eq!(server.config.get_ssl_mode(), meant, "{mode}");
        assert_eq!((server.tls.is_some(), server.is_plain_first), (meant != SslMode::Disable, mode.contains("allow")));
    }
    assert!(server("postgres://ann@%2Frun/chat?sslmode=require").unwrap().tls.is_none());
    let said = server("postgres://ann@db.example/chat?sslmode=on").err().unwrap();
    assert!(said.contains("`on` is no sslmode"), "{said}");
    let said =
        server("postgres://ann@db.example/chat?sslmode=verify-ca&sslrootcert=/nowhere%2Froot.crt").err().unwrap();
    assert!(said.contains("/nowhere/root.crt"), "{said}");
}

#[test]
fn a_password_comes_from_the_address_the_environment_or_a_file() {
    let file = std::env::temp_dir().join(format!("chat-pgpass-{}", std::process::id()));
    let lines =
        "# ours\n*:5433:*:ann:by port\ndb.example:*:ch\\:at:ann:with\\:colon\nlocalhost:*:*:ann:local\n*:*:*:ann:any\n";
    fs::write(&file, lines).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let of = |url: &str, password: Option<&str>| {
        let around = Surroundings { password: password.map(String::from), password_file: Some(file.clone()) };
        let server = Server::parse(url, &around).unwrap();
        server.config.get_password().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()).unwrap_or_default()
    };
    assert_eq!(of("postgres://ann:said@db.example/chat", Some("around")), "said");
    assert_eq!(of("postgres://ann@db.example/chat", Some("around")), "around");
    assert_eq!(of("postgres://ann@db.example:5433/chat", None), "by port");
    assert_eq!(of("postgres://ann@db.example/ch%3Aat", None), "with:colon");
    assert_eq!(of("postgres://ann@%2Frun/chat", None), "local");
    assert_eq!(of("postgres://ann@db.example/chat", None), "any");
    assert_eq!(of("postgres://bob@db.example/chat", None), "");
    // A file that others may read must not be trusted.
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(of("postgres://ann@db.example/chat", None), "");
    fs::remove_file(file).unwrap();
}
