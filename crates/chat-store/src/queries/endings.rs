//! Ending log-ins.

use chat_domain::backplane::Tell;
use chat_domain::grant::{Ended, Family, Kept};
use chat_domain::{Time, UserId};

use super::{Conn, devices, sessions, tells};
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// Replaces a user's password by another digest, and ends all log-ins except one.
pub(super) async fn set_password(conn: &Conn, user: UserId, password: &str, kept: &Kept) -> Worked<Ended> {
    conn.run(Sql::new("UPDATE users SET password = ? WHERE id = ?").bind(password).bind(user)).await?;
    end_log_ins(conn, user, kept).await
}

/// Ends all log-ins of a user except the one that is kept.
pub(super) async fn end_log_ins(conn: &Conn, user: UserId, kept: &Kept) -> Worked<Ended> {
    let sql = Sql::new("SELECT id FROM families WHERE person = ? AND revoked = ?");
    let families = conn.load::<(i64,)>(sql.bind(user).bind(false)).await?.into_iter().map(|(id,)| Family(id));
    let families: Vec<_> = families.filter(|family| kept.family != Some(*family)).collect();
    let sql = Sql::new("SELECT digest FROM sessions WHERE person = ?");
    let digests = conn.load::<(String,)>(sql.bind(user)).await?.into_iter().map(|(digest,)| digest);
    let open: Vec<_> = digests.filter(|digest| !kept.sessions.contains(digest)).collect();
    if !families.is_empty() {
        let ended = Rows::ints(families.iter().map(|family| family.0));
        conn.run(Sql::new("UPDATE families SET revoked = ? WHERE id IN ({})").bind(true).rows(ended)).await?;
    }
    for family in &families {
        devices::forget_of_family(conn, family.0).await?;
        tells::note(conn, &Tell::EndFamily(user, *family, Time::default())).await?;
    }
    for digest in &open {
        sessions::close_session(conn, digest).await?;
    }
    Ok(Ended { sessions: open, families })
}
