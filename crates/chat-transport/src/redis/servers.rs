//! The addresses of Redis: one server, the servers of a Redis Cluster, or sentinels that know the server.

use redis::{Client, RedisResult, cmd};

/// The addresses of Redis.
#[derive(Clone, Debug)]
pub(super) struct Servers {
    /// Servers of which any one will do, or sentinels.
    at: Vec<Client>,
    watched: Option<Watched>,
    /// Counts which of them is used.
    turn: usize,
}

/// A server that sentinels watch.
#[derive(Clone, Debug)]
struct Watched {
    /// Its name among the sentinels.
    name: String,
    /// The user and password for it, as they stand in a URL.
    login: String,
}

impl Servers {
    /// Reads `redis://HOST:PORT`, with more servers of one cluster separated by commas, or `redis+sentinel://HOST:PORT,…/NAME`. A
    /// user and password in front of the hosts are for the servers, not for sentinels.
    pub(super) fn parse(address: &str) -> Result<Servers, String> {
        let (scheme, rest) = address.split_once("://").ok_or("it has no scheme")?;
        let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) = hosts.rsplit_once('@').map_or(("", hosts), |(login, hosts)| (login, hosts));
        let login = if login.is_empty() { String::new() } else { format!("{login}@") };
        let watched = match scheme {
            "redis" => None,
            "redis+sentinel" if path.is_empty() => {
                return Err("behind the sentinels stands no /NAME of what they watch".into());
            }
            "redis+sentinel" => Some(Watched { name: path.to_owned(), login: login.clone() }),
            _ => return Err(format!("`{scheme}` is not redis or redis+sentinel")),
        };
        let url = |host: &str| match &watched {
            Some(_) => format!("redis://{host}"),
            None => format!("redis://{login}{host}/{path}"),
        };
        let at = hosts.split(',').map(|host| Client::open(url(host)).map_err(|error| error.to_string()));
        Ok(Servers { at: at.collect::<Result<_, _>>()?, watched, turn: 0 })
    }

    /// Returns the server to connect to.
    pub(super) async fn now(&self) -> RedisResult<Client> {
        let asked = &self.at[self.turn % self.at.len()];
        let Some(Watched { name, login }) = &self.watched else { return Ok(asked.clone()) };
        let mut sentinel = asked.get_multiplexed_async_connection().await?;
        let mut question = cmd("SENTINEL");
        question.arg("get-master-addr-by-name").arg(name);
        let (host, port): (String, u16) = question.query_async(&mut sentinel).await?;
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        Client::open(format!("redis://{login}{host}:{port}"))
    }

    /// Uses the next address from here on, since this one was of no use.
    pub(super) fn turn(&mut self) {
        self.turn = self.turn.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(servers: &Servers) -> Vec<String> {
        servers.at.iter().map(|client| client.get_connection_info().addr().to_string()).collect()
    }

    #[tokio::test]
    async fn addresses_are_of_one_server_of_a_cluster_or_of_sentinels() {
        let one = Servers::parse("redis://:secret@10.0.0.1:6379/2").expect("an address");
        assert_eq!(addresses(&one), ["10.0.0.1:6379"]);
        let mut several = Servers::parse("redis://10.0.0.1:7001,10.0.0.2:7002").expect("addresses");
        assert_eq!(addresses(&several), ["10.0.0.1:7001", "10.0.0.2:7002"]);
        let at =
            async |servers: &Servers| servers.now().await.expect("a server").get_connection_info().addr().to_string();
        for place in ["10.0.0.1:7001", "10.0.0.2:7002", "10.0.0.1:7001"] {
            assert_eq!(at(&several).await, place);
            several.turn();
        }
        let watched =
            Servers::parse("redis+sentinel://ann:secret@10.0.0.1:26379,10.0.0.2:26379/chat").expect("sentinels");
        assert_eq!(addresses(&watched), ["10.0.0.1:26379", "10.0.0.2:26379"]);
        assert_eq!(
            watched.watched.as_ref().map(|watched| (&*watched.name, &*watched.login)),
            Some(("chat", "ann:secret@"))
        );
        for bad in ["10.0.0.1", "rediss://10.0.0.1", "redis+sentinel://10.0.0.1:26379", "redis://"] {
            assert!(Servers::parse(bad).is_err(), "{bad}");
        }
    }
}
