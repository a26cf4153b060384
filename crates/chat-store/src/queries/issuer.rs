//! The issuer by whose subjects the people in a database are known.

use chat_domain::journal::Answer;

use super::{Conn, Database, schema};
use crate::sql::Sql;
use crate::work_error::Worked;

impl Database {
    /// Notes the issuer of the database. If another one is noted already and is not to be adopted, returns that one.
    pub(crate) fn belong(&self, issuer: String, adopt: bool) -> Answer<'_, Option<String>> {
        self.write(move |conn| Box::pin(belong(conn, issuer.clone(), adopt)))
    }
}

async fn belong(conn: &Conn, issuer: String, adopt: bool) -> Worked<Option<String>> {
    // Nodes that begin at the same time ask this at the same time.
    schema::lock(conn).await?;
    let sql = Sql::new("SELECT name FROM facts WHERE name LIKE 'issuer %'");
    let noted = conn.first::<(String,)>(sql).await?.map(|(name,)| name[NOTE.len()..].to_owned());
    let is_used = conn.first::<(i64,)>(Sql::new("SELECT id FROM users LIMIT 1")).await?.is_some();
    // If there are people but no issuer is noted, they are from before there were issuers, and are this server's own.
    let known = noted.or(is_used.then(String::new));
    if let Some(known) = known.filter(|known| *known != issuer && !adopt) {
        return Ok(Some(known));
    }
    conn.run(Sql::new("DELETE FROM facts WHERE name LIKE 'issuer %'")).await?;
    let sql = Sql::new("INSERT INTO facts (name, value) VALUES (?, ?)");
    conn.run(sql.bind(format!("{NOTE}{issuer}")).bind(1_i64)).await?;
    Ok(None)
}

const NOTE: &str = "issuer ";
