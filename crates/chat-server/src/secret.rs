//! The secret behind access tokens: given, or made once and kept beside the database.

use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chat_transport::account::secret::Secret;
use tracing::warn;

/// The given secret, or the one that is kept for this database.
pub(crate) fn secret(given: Option<Secret>, database: &str) -> Result<Secret, String> {
    if let Some(given) = given {
        return match given.reveal().len() {
            LEAST.. => Ok(given),
            _ => Err(format!("--jwt-secret must have at least {LEAST} bytes")),
        };
    }
    let fresh = Secret::random().map_err(|error| format!("no random numbers to be had: {error}"))?;
    match database.strip_prefix("sqlite:") {
        Some(":memory:") => Ok(fresh),
        Some(path) => kept(&PathBuf::from(format!("{path}.secret")), fresh),
        None => {
            warn!(
                "keeping the secret of access tokens in {HERE}; nodes that share a database need the same --jwt-secret"
            );
            kept(Path::new(HERE), fresh)
        }
    }
}

/// The secret in a file that only its owner may read; the fresh one if there is none. It appears there whole or not at all.
fn kept(path: &Path, fresh: Secret) -> Result<Secret, String> {
    if path.exists() {
        return read(path);
    }
    let failed = |error: Error| format!("cannot make {}: {error}; give --jwt-secret instead", path.display());
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
        secret if secret.len() >= LEAST => Ok(Secret::new(secret)),
        _ => Err(format!("{} holds no secret; remove it to have a new one made", path.display())),
    }
}

/// The fewest bytes of a secret that is worth its name.
const LEAST: usize = 16;
/// Where the secret is kept that belongs to no file.
const HERE: &str = "chat-server.secret";
