//! Secrets of access tokens, of back ends, of operators and of the cluster: from settings or files, or made once and kept beside
//! the database.

use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chat_transport::account::secret::Secret;
use tracing::warn;

use crate::config::Config;

/// Returns the keys of trusted back ends.
pub(crate) fn api_keys(config: &Config) -> Result<Vec<Secret>, String> {
    API_KEY.given(&config.api_key, config.api_key_file.as_deref())
}

/// Returns the operators' token, if there is one.
pub(crate) fn admin_token(config: &Config) -> Result<Option<Secret>, String> {
    Ok(ADMIN_TOKEN.given(config.admin_token.as_slice(), config.admin_token_file.as_deref())?.into_iter().next())
}

/// Returns the secret of the cluster, if there is one.
pub(crate) fn cluster(config: &Config) -> Result<Option<Secret>, String> {
    let given = CLUSTER.given(config.cluster_secret.as_slice(), config.cluster_secret_file.as_deref())?;
    Ok(given.into_iter().next())
}

/// Returns the secrets of access tokens that were given; empty if one must be made.
pub(crate) fn given(config: &Config) -> Result<Vec<Secret>, String> {
    JWT_SECRET.given(&config.jwt_secret, config.jwt_secret_file.as_deref())
}

/// Returns the secrets of access tokens, of which the first one signs: those that were given, or the one that is kept with the
/// database.
pub(crate) fn of_tokens(config: &Config) -> Result<Vec<Secret>, String> {
    let given = given(config)?;
    if !given.is_empty() {
        return Ok(given);
    }
    let fresh = Secret::random().map_err(|error| format!("no random numbers to be had: {error}"))?;
    let secret = match chat_store::file(&config.database) {
        Some(path) => kept(&PathBuf::from(format!("{}.secret", path.display())), fresh)?,
        None if config.database.starts_with("sqlite:") => fresh,
        None => {
            warn!(
                "keeping the secret of access tokens in {HERE}; nodes that share a database need the same --jwt-secret"
            );
            kept(Path::new(HERE), fresh)?
        }
    };
    Ok(vec![secret])
}

/// Returns a digest of the secret with which this node signs access tokens, to be compared with other nodes'; empty if the secret
/// is still to be made.
pub(crate) fn shown(config: &Config) -> Result<Vec<String>, String> {
    let mut secrets = given(config)?;
    if secrets.is_empty() && Path::new(HERE).exists() {
        secrets.push(read(Path::new(HERE))?);
    }
    Ok(digests(&secrets))
}

/// Returns the same for a node that serves. If there is no secret yet it makes one, so that nodes which come later can compare
/// theirs.
pub(crate) fn shown_by_a_node(config: &Config) -> Result<Vec<String>, String> {
    of_tokens(config).map(|secrets| digests(&secrets))
}

fn digests(secrets: &[Secret]) -> Vec<String> {
    secrets.iter().map(|secret| secret.digest().chars().take(SHOWN).collect()).collect()
}

/// A kind of secret.
struct Sort {
    name: &'static str,
    setting: &'static str,
    least: usize,
    /// The characters that it may have, and a name for these.
    has: fn(char) -> bool,
    spelling: &'static str,
}

impl Sort {
    /// Returns the secrets of a setting and of a file together. An error does not show any of them.
    fn given(&self, given: &[Secret], file: Option<&Path>) -> Result<Vec<Secret>, String> {
        self.check(given, &format!("--{}", self.setting))?;
        let Some(path) = file else { return Ok(given.to_vec()) };
        let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let from_file: Vec<Secret> = lines.map(Secret::new).collect();
        if from_file.is_empty() {
            return Err(format!("{} is empty: write {} into it, one a line", path.display(), self.name));
        }
        self.check(&from_file, &path.display().to_string())?;
        Ok(given.iter().cloned().chain(from_file).collect())
    }

    fn check(&self, secrets: &[Secret], place: &str) -> Result<(), String> {
        let all = |good: fn(&Sort, &str) -> bool| secrets.iter().all(|secret| good(self, secret.reveal()));
        if !all(|sort, secret| secret.len() >= sort.least) {
            return Err(format!("{place}: {} must have at least {} bytes", self.name, self.least));
        }
        if !all(Sort::is_spelled) {
            return Err(format!("{place}: {} must be {}", self.name, self.spelling));
        }
        Ok(())
    }

    fn is_spelled(&self, secret: &str) -> bool {
        let has = self.has;
        secret.chars().all(has) && !secret.trim().is_empty()
    }
}

/// Returns the secret in a file that only its owner may read. If there is no file it is created with the fresh secret, completely
/// or not at all.
fn kept(path: &Path, fresh: Secret) -> Result<Secret, String> {
    if path.exists() {
        return read(path);
    }
    let failed = |error: Error| format!("cannot make {}: {error}; give --jwt-secret-file instead", path.display());
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(failed)?;
    file.write_all(fresh.reveal().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(failed)?;
    match linked {
        Ok(()) => Ok(fresh),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(failed(error)),
    }
}

fn read(path: &Path) -> Result<Secret, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    match text.trim() {
        secret if secret.len() >= JWT_SECRET.least => Ok(Secret::new(secret)),
        _ => Err(format!("{} holds no secret; remove it to have a new one made", path.display())),
    }
}

/// At least as long as the signature, since otherwise the secret would be easier to guess than a signature.
const JWT_SECRET: Sort = Sort {
    name: "a secret of access tokens",
    setting: "jwt-secret",
    least: 32,
    has: |letter| !letter.is_control(),
    spelling: "more than white space, without control characters",
};
/// It must not be guessable, and must be allowed in a header.
const API_KEY: Sort = Sort {
    name: "an API key",
    setting: "api-key",
    least: 16,
    has: |letter| letter.is_ascii_graphic(),
    spelling: "of ASCII letters, digits and signs, without white space",
};
/// It may be shorter, since few can reach the operators' address; it must be allowed in a header.
const ADMIN_TOKEN: Sort = Sort {
    name: "an operators' token",
    setting: "admin-token",
    least: 8,
    has: |letter| !letter.is_control(),
    spelling: "more than white space, without control characters",
};
/// It must not be guessable by whoever reaches the nodes' addresses, and must be allowed in a header.
const CLUSTER: Sort = Sort { name: "a secret of the cluster", setting: "cluster-secret", ..API_KEY };
/// How much of a digest is shown: enough to tell secrets apart.
const SHOWN: usize = 16;
/// The file for the secret if the database is not a file.
const HERE: &str = "chat-server.secret";
