//! Folding usernames anew, after the way of comparing them has changed.

use chat_domain::names::folded;

use super::Conn;
use crate::sql::Sql;
use crate::work_error::Worked;

/// Folds all usernames anew. If two become the same, the later user keeps the old form, under which nobody finds them.
pub(crate) async fn refold(conn: &Conn) -> Worked<()> {
    let mut last = 0;
    loop {
        let sql = Sql::new("SELECT id, username, name FROM users WHERE id > ? ORDER BY id LIMIT ?");
        let some = conn.load::<(i64, String, String)>(sql.bind(last).bind(PAGE)).await?;
        let Some((end, _, _)) = some.last() else { return Ok(()) };
        last = *end;
        for (id, username, name) in some.iter().filter(|(_, username, name)| !username.is_ascii() || !name.is_ascii()) {
            let sql = Sql::new("UPDATE users SET shown = ? WHERE id = ?");
            conn.run(sql.bind(folded(name)).bind(*id)).await?;
            let sql = Sql::new(
                "UPDATE users SET folded = ? WHERE id = ? AND NOT EXISTS (SELECT 1 FROM users o WHERE o.folded = ? AND o.id <> ?)",
            );
            let spelled = folded(username);
            if conn.run(sql.bind(spelled.clone()).bind(*id).bind(spelled).bind(*id)).await? == 0 {
                tracing::warn!(id, "a username is the same as another's now: a back end can give it another");
            }
        }
    }
}

const PAGE: usize = 1_000;
