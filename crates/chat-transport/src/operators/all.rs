//! Questions of operators that concern all nodes: each node answers for itself, and the answers are joined.

use chat_domain::Failure;
use chat_protocol::Trouble;
use chat_protocol::rest::Reply;
use chat_protocol::rest::answer::admin;
use http::Method;
use http::request::Parts;

use super::asked::Asked;
use super::{Operators, Task};
use crate::app::named;
use crate::cluster::{Cluster, PassedOn};

impl Operators {
    /// Answers an operator, together with the other nodes where they have a part of the answer.
    pub(super) async fn answer_for_all(&self, asked: &Asked<'_>, task: Task, parts: &Parts) -> Result<Reply, Trouble> {
        let own = asked.answer(task).await;
        let others = self.cluster.as_ref().filter(|_| parts.extensions.get::<PassedOn>().is_none());
        let (Some(cluster), Some(path)) = (others, parts.uri.path_and_query()) else { return own };
        match task {
            Task::Nodes | Task::Connections | Task::Explain | Task::User => {
                let own = own?;
                let mut answers = vec![own.body];
                let mut missing = Vec::new();
                for (node, said) in cluster.ask_all(path.as_str()).await {
                    match said {
                        Some((status, body)) if status.is_success() => answers.push(body.to_vec()),
                        _ => missing.push(named(node)),
                    }
                }
                let limit = asked.query.limit()?;
                Ok(Reply { body: admin::together(&answers, &missing, limit).unwrap_or_default(), ..own })
            }
            Task::Close if own == Err(Trouble::NoRoute) => close_elsewhere(asked, cluster, path.as_str()).await,
            _ => own,
        }
    }
}

/// Closes a connection on another node.
async fn close_elsewhere(asked: &Asked<'_>, cluster: &Cluster, path: &str) -> Result<Reply, Trouble> {
    let name = asked.segment("connection")?;
    let (node, _) = name.split_once(':').ok_or(Trouble::NoRoute)?;
    let node = cluster.named(node).ok_or(Trouble::NoRoute)?;
    match cluster.ask_one(node, Method::DELETE, path).await {
        Some((status, body)) if status.is_success() => Ok(Reply { status: status.as_u16(), body: body.to_vec() }),
        Some(_) => Err(Trouble::NoRoute),
        None => Err(Failure::Unavailable.into()),
    }
}
