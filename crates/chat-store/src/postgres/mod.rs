//! The store on Postgres.
mod conn;
pub(crate) use conn::Conn;
