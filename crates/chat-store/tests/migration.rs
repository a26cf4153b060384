//! A process is killed while it makes the tables: the next one makes them completely.

mod common;

use std::collections::BTreeSet;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use chat_domain::view::Page;
use chat_domain::{Command, Journal};
use chat_store::{ONLY_POSTGRES, ONLY_SQLITE, TABLES};
use common::postgres::Cluster;
use common::wire::{Messages, ends_a_question};
use common::{Folder, open, order, raw, say, somebody};
use diesel::{RunQueryDsl, sql_query};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// The address that the other process opens.
const PLACE: &str = "CHAT_STORE_TEST_MIGRATION";

/// Killed at every write and at every wait for the disk, each in a life of its own.
#[tokio::test]
async fn sqlite_is_killed_at_every_call_of_its_first_opening() {
    if Process::new("strace").arg("-V").output().is_err() {
        common::skip("strace", "strace");
        return;
    }
    let folder = Folder::new("whole");
    open(&folder.sqlite()).await.close().await;
    let whole = sqlite_tables(&folder);
    for (call, least) in [("pwrite64", 10), ("fsync", 1)] {
        let mut kills = 0;
        loop {
            let folder = Folder::new("killed");
            let mut child = Process::new("strace");
            let inject = format!("inject={call}:signal=KILL:when={}", kills + 1);
            child.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject]);
            child.arg(std::env::current_exe().unwrap());
            let survived = in_role(child, &folder.sqlite()).wait().unwrap().success();
            works(&folder.sqlite()).await;
            assert_eq!(sqlite_tables(&folder), whole, "killed at {call} {}", kills + 1);
            if survived {
                break;
            }
            kills += 1;
        }
        assert!(kills >= least, "{kills} times {call}");
    }
}

/// Killed after every statement that it sends from the beginning of the transaction to its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_left_after_every_statement_of_its_first_opening() {
    let Some(cluster) = Cluster::start() else { return };
    open(&cluster.database("whole")).await.close().await;
    let whole = postgres_tables(&cluster, "whole");
    let mut kills = 0;
    loop {
        let name = format!("killed{kills}");
        let url = cluster.database(&name);
        let (port, sent) = cut_after(cluster.port, kills + 1).await;
        let mut child = another(&format!("{}?sslmode=disable", cluster.address(&name, port)));
        // The sender is gone once the process has come to the end.
        let is_killed = sent.await.is_ok();
        child.kill().unwrap();
        child.wait().unwrap();
        works(&url).await;
        assert_eq!(postgres_tables(&cluster, &name), whole, "killed after {} statements", kills + 1);
        if !is_killed {
            break;
        }
        kills += 1;
    }
    assert!(kills >= 6, "{kills} statements");
}

#[tokio::test]
async fn postgres_is_left_in_the_middle_of_making_its_tables() {
    let Some(cluster) = Cluster::start() else { return };
    open(&cluster.database("whole")).await.close().await;
    let url = cluster.database("middle");
    cluster.ask("middle", PAUSE);
    let mut child = another(&url);
    let pauses = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    let until = Instant::now() + Duration::from_secs(30);
    while cluster.ask("middle", pauses).trim() != "1" {
        assert!(Instant::now() < until, "the tables are not being made");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    works(&url).await;
    assert_eq!(postgres_tables(&cluster, "middle"), postgres_tables(&cluster, "whole"));
}

/// The migrations make exactly the tables and columns that are declared.
#[tokio::test]
async fn both_databases_have_the_tables_that_are_declared() {
    let declared = |but: &[&str]| -> Vec<String> {
        let tables = TABLES.iter().filter(|(table, _)| !but.contains(table));
        let columns = tables.flat_map(|(table, columns)| columns.iter().map(move |column| format!("{table}.{column}")));
        columns.collect::<BTreeSet<_>>().into_iter().collect()
    };
    let folder = Folder::new("declared");
    open(&folder.sqlite()).await.close().await;
    let mut conn = raw(&folder.0.join("chat.db").display().to_string());
    let said: Vec<Said> = sql_query(
        "SELECT t.name || '.' || c.name AS said FROM sqlite_schema t, pragma_table_info(t.name) c
         WHERE t.type = 'table' ORDER BY said",
    )
    .load(&mut conn)
    .unwrap();
    assert_eq!(said.into_iter().map(|said| said.said).collect::<Vec<_>>(), declared(ONLY_POSTGRES));
    let Some(cluster) = Cluster::start() else { return };
    open(&cluster.database("declared")).await.close().await;
    let said = cluster.ask(
        "declared",
        "SELECT concat(table_name, '.', column_name) COLLATE \"C\" FROM information_schema.columns
         WHERE table_schema = 'public' ORDER BY 1",
    );
    let said: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(said, declared(ONLY_SQLITE));
}

/// Makes whoever makes the tables pause in the middle.
const PAUSE: &str = "
    CREATE FUNCTION pause() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.messages') THEN
            PERFORM pg_sleep(1);
        END IF;
    END $$;
    CREATE EVENT TRIGGER pause ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION pause()";

/// Not a test: the code of the other process.
#[tokio::test]
async fn another_process() {
    let Ok(place) = std::env::var(PLACE) else { return };
    open(&place).await;
}

fn another(url: &str) -> Child {
    in_role(Process::new(std::env::current_exe().unwrap()), url)
}

fn in_role(mut child: Process, url: &str) -> Child {
    child.args(["--exact", "another_process", "--nocapture", "--quiet"]).env(PLACE, url);
    child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A proxy before the server. Once this many statements have been sent since the first transaction began, it says so
/// and passes on nothing more.
async fn cut_after(server: u16, statements: usize) -> (u16, oneshot::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
        let ((mut client, mut to_client), (mut from_server, mut server)) = (client.into_split(), server.into_split());
        tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
        let (mut messages, mut bytes, mut left) = (Messages::of_client(), vec![0; 65536], None);
        while let Ok(read @ 1..) = client.read(&mut bytes).await {
            messages.push(&bytes[..read]);
            for (kind, message) in messages.by_ref() {
                server.write_all(&message).await.unwrap();
                if message.windows(5).any(|part| part == b"BEGIN") {
                    left.get_or_insert(statements);
                }
                if ends_a_question(kind)
                    && let Some(left) = &mut left
                {
                    *left -= 1;
                    if *left == 0 {
                        tell.send(()).unwrap();
                        // It waits until the process is dead; then the server notices that it is gone.
                        while let Ok(1..) = client.read(&mut bytes).await {}
                        return;
                    }
                }
            }
        }
    });
    (port, told)
}

/// Opens the database and uses it.
async fn works(url: &str) {
    let store = open(url).await;
    let me = somebody(&store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    let room = store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room;
    store.execute(order(me, 2, say(room, "hello"))).await.unwrap();
    assert_eq!(store.history(me, room, Page::Newest, 9).await.unwrap().messages.len(), 1);
    store.close().await;
}

#[derive(diesel::QueryableByName)]
struct Said {
    #[diesel(sql_type = diesel::sql_types::Text)]
    said: String,
}

/// Returns everything that the file has besides rows, after SQLite has found nothing wrong with it.
fn sqlite_tables(folder: &Folder) -> Vec<String> {
    let mut conn = raw(&folder.0.join("chat.db").display().to_string());
    let mut ask = |sql: &str| -> Vec<String> {
        let said: Vec<Said> = sql_query(sql).load(&mut conn).unwrap();
        said.into_iter().map(|said| said.said).collect()
    };
    assert_eq!(ask("SELECT integrity_check AS said FROM pragma_integrity_check"), ["ok"]);
    ask("SELECT name || COALESCE(sql, '') AS said FROM sqlite_schema
         UNION ALL SELECT name || value FROM facts WHERE name = 'version' UNION ALL SELECT name FROM ids ORDER BY said")
}

fn postgres_tables(cluster: &Cluster, database: &str) -> String {
    cluster.ask(
        database,
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
         UNION ALL SELECT concat(table_name, column_name, data_type, is_nullable, column_default)
            FROM information_schema.columns WHERE table_schema = 'public'
         UNION ALL SELECT concat(conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
         UNION ALL SELECT sequencename FROM pg_sequences
         UNION ALL SELECT concat(name, value) FROM facts WHERE name = 'version' ORDER BY 1",
    )
}
