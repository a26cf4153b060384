//! Suspensions.

use chat_domain::{Refusal, Suspension, Time, UserId};

use super::{Conn, people};
use crate::rows::{count, user as user_id};
use crate::sql::Sql;
use crate::work_error::Worked;

/// Suspends a user until a moment. Numbers become visible in their order, because whoever assigns one locks the others
/// out until the commit.
pub(super) async fn suspend(conn: &Conn, user: UserId, until: Time, reason: &str) -> Worked<()> {
    conn.lock_names(&[LOCK]).await?;
    let known = people::people(conn, [user]).await?.pop().filter(|account| !account.person.is_erased());
    known.ok_or(Refusal::UnknownUser)?;
    let sql = Sql::new(
        "INSERT INTO suspensions (person, until, reason, no)
         VALUES (?, ?, ?, (SELECT COALESCE(MAX(s.no), 0) + 1 FROM suspensions s))
         ON CONFLICT (person) DO UPDATE SET until = excluded.until, reason = excluded.reason, no = excluded.no",
    );
    conn.run(sql.bind(user).bind(until).bind(reason)).await?;
    Ok(())
}

/// Returns the suspensions after this number.
pub(super) async fn after(conn: &Conn, no: u64) -> Worked<Vec<Suspension>> {
    let sql = Sql::new("SELECT s.no, s.person, s.until FROM suspensions s WHERE s.no > ? ORDER BY s.no LIMIT 10000");
    let rows = conn.load::<(i64, i64, i64)>(sql.bind(no)).await?;
    rows.into_iter()
        .map(|(no, person, until)| Ok(Suspension { no: count(no)?, user: user_id(person)?, until: Time(until) }))
        .collect()
}

/// The number that is locked while a suspension is numbered.
const LOCK: i64 = 0x7375_7370_656e_6400;
