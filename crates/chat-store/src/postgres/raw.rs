//! A connection without diesel, which can receive notifications.

use std::future::poll_fn;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls};

use super::server::{Server, with_causes};

/// A connection without diesel. It is closed when it is dropped.
pub(super) struct Raw {
    pub(super) client: Client,
    driver: JoinHandle<()>,
}

impl Server {
    /// Makes a connection whose notifications are handed to `hear`, or returns why it could not.
    pub(super) async fn raw(&self, hear: impl Fn(&str) + Send + 'static) -> Result<Raw, String> {
        let plain = match &self.tls {
            None => Some(self.config.connect(NoTls).await.map_err(|error| with_causes(&error))?),
            Some(_) if self.is_plain_first => self.config.connect(NoTls).await.ok(),
            Some(_) => None,
        };
        if let Some((client, connection)) = plain {
            return Ok(Raw { client, driver: drive(connection, hear) });
        }
        let Some(tls) = &self.tls else { return Err("there is no connection".into()) };
        let (client, connection) = self.config.connect(tls.clone()).await.map_err(|error| with_causes(&error))?;
        Ok(Raw { client, driver: drive(connection, hear) })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

fn drive<S, T>(mut connection: Connection<S, T>, hear: impl Fn(&str) + Send + 'static) -> JoinHandle<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message {
                hear(notification.payload());
            }
        }
    })
}
