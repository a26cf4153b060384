//! Whether a server that speaks the protocol of Postgres can do what the store needs.

use super::Conn;
use crate::error::OpenError;
use crate::sql::Sql;

impl Conn {
    /// Refuses servers that speak the protocol, but have no advisory locks or no notifications.
    pub(super) async fn is_suitable(&self) -> Result<(), OpenError> {
        let version = self.first::<(String,)>(Sql::new("SELECT version()")).await;
        let version = version.map_err(|error| OpenError::Unready(error.to_string()))?;
        let other = version.as_ref().and_then(|(version,)| other_than_postgres(version));
        other.map_or(Ok(()), |name| Err(OpenError::Unsuitable(name.into())))
    }
}

fn other_than_postgres(version: &str) -> Option<&'static str> {
    ["CockroachDB", "YugabyteDB", "Materialize", "CrateDB"].into_iter().find(|name| {
        version.to_lowercase().contains(&name.to_lowercase()) || *name == "YugabyteDB" && version.contains("-YB-")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_recognised_by_what_they_say_of_themselves() {
        let cockroach = "CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27 01:53:43, go1.19.10)";
        assert_eq!(other_than_postgres(cockroach), Some("CockroachDB"));
        let yugabyte = "PostgreSQL 11.2-YB-2.19.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang version 15.0.7";
        assert_eq!(other_than_postgres(yugabyte), Some("YugabyteDB"));
        assert_eq!(other_than_postgres("PostgreSQL 15.14 (Debian 15.14-0+deb12u1) on x86_64-pc-linux-gnu"), None);
    }
}
