//! Postgres through TLS: what each `sslmode` demands of the server, and the errors if the server does not have it.

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::Journal;
use chat_store::{OpenError, Store};
use common::postgres::Cluster;
use common::{Deaf, options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_proves_what_is_asked_of_it() {
    let Some(cluster) = Cluster::start() else { return };
    if Command::new("openssl").arg("version").output().is_err() {
        return common::skip("openssl", "openssl");
    }
    cluster.database("encrypted");
    certify(&cluster);
    let roots = cluster.folder().join("roots.crt").display().to_string().replace('/', "%2F");
    let foreign = cluster.folder().join("foreign.crt").display().to_string();
    for (host, query) in [
        ("127.0.0.1", String::new()),
        ("127.0.0.1", "?sslmode=allow".into()),
        ("127.0.0.1", "?sslmode=require".into()),
        ("127.0.0.1", format!("?sslmode=verify-ca&sslrootcert={roots}")),
        ("127.0.0.1", format!("?sslmode=require&sslrootcert={roots}")),
        ("localhost", format!("?sslrootcert={roots}&sslmode=verify-full")),
    ] {
        let store = opened(&cluster, host, &query).await.unwrap_or_else(|error| panic!("{host}{query}: {error}"));
        store.ready().await.unwrap();
        let sql = "SELECT count(*) > 0 AND bool_and(s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
            WHERE a.application_name LIKE 'chat-server%'";
        assert_eq!(cluster.ask("postgres", sql).trim(), "t", "{host}{query}");
        store.close().await;
    }
    for (host, query, why) in [
        ("127.0.0.1", "?sslmode=disable".to_owned(), "pg_hba.conf"),
        ("127.0.0.1", "?sslmode=verify-ca".into(), "UnknownIssuer"),
        ("127.0.0.1", format!("?sslmode=verify-ca&sslrootcert={foreign}"), "UnknownIssuer"),
        ("127.0.0.1", format!("?sslmode=verify-full&sslrootcert={roots}"), "not valid for name"),
    ] {
        let Err(error) = opened(&cluster, host, &query).await else { panic!("{host}{query} was opened") };
        let said = error.to_string();
        assert!(said.contains(why) && said.contains(host) && !said.contains("secret"), "{host}{query}: {said}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_says_why() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (url, why) in [
        (format!("postgres://chat:secret@localhost:{port}/chat"), "Connection refused"),
        ("postgres://chat:secret@nowhere.invalid/chat".into(), "nowhere.invalid"),
        ("postgres://chat:secret@%2Fnowhere/chat".into(), "No such file"),
        ("postgres://chat:secret@localhost/chat?nothing=1".into(), "nothing"),
    ] {
        let Err(error) = Store::open(&url, options(), Arc::new(Deaf)).await else { panic!("{url} was opened") };
        let said = error.to_string();
        assert!(said.contains(why) && !said.contains("secret"), "{url}: {said}");
    }
}

async fn opened(cluster: &Cluster, host: &str, query: &str) -> Result<Store, OpenError> {
    let url = format!("postgres://chat:secret@{host}:{}/encrypted{query}", cluster.port);
    Store::open(&url, options(), Arc::new(Deaf)).await
}

/// Gives a server a certificate for `localhost`, and makes it refuse connections without encryption.
fn certify(cluster: &Cluster) {
    let folder = cluster.folder();
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost").unwrap();
    for name in ["roots", "foreign"] {
        let arguments = format!("req -x509 {KEY} -keyout {name}.key -out {name}.crt -days 2 -subj /CN={name}");
        openssl(folder, &arguments);
    }
    openssl(folder, &format!("req {KEY} -keyout data/server.key -out server.csr -subj /CN=localhost"));
    let signed = "-CA roots.crt -CAkey roots.key -CAcreateserial -days 2 -extfile names -out data/server.crt";
    openssl(folder, &format!("x509 -req -in server.csr {signed}"));
    let data = folder.join("data");
    let owner = data.metadata().unwrap();
    for file in ["server.key", "server.crt"] {
        chown(data.join(file), Some(owner.uid()), Some(owner.gid())).unwrap();
        fs::set_permissions(data.join(file), Permissions::from_mode(0o600)).unwrap();
    }
    let doors = fs::read_to_string(data.join("pg_hba.conf")).unwrap();
    let first = "hostssl encrypted all all scram-sha-256\nhost encrypted all all reject\n";
    fs::write(data.join("pg_hba.conf"), format!("{first}{doors}")).unwrap();
    cluster.ask("postgres", "ALTER SYSTEM SET ssl = on");
    cluster.ask("postgres", "SELECT pg_reload_conf()");
    // The server takes a moment to reload its settings.
    let until = Instant::now() + Duration::from_secs(30);
    while cluster.ask("postgres", "SHOW ssl").trim() != "on" {
        assert!(Instant::now() < until, "{}", cluster.log());
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let done = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&done.stderr));
}

const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
