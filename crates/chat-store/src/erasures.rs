//! The list of erased users, in a file outside of the database: if an older copy of the database is opened, they are
//! erased in it again.
//!
//! Each line has the database, the user, when they were erased, and whether their messages go too.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chat_domain::{Erasure, Failure, Time, UserId};

use crate::error::OpenError;

/// The file of the list.
#[derive(Clone, Debug)]
pub(crate) struct Erasures(PathBuf);

impl Erasures {
    /// Returns the list in this file; if none is named, the file beside the database.
    pub(crate) fn of(named: Option<&Path>, database: Option<&Path>) -> Option<Erasures> {
        let beside = || Some(PathBuf::from(format!("{}.erasures", database?.display())));
        named.map(Path::to_owned).or_else(beside).map(Erasures)
    }

    /// Adds a user to the list, durably, before they are erased.
    pub(crate) async fn note(&self, house: i64, erasure: Erasure) -> Result<(), Failure> {
        let path = self.0.clone();
        let noted = tokio::task::spawn_blocking(move || add(&path, &line(house, erasure))).await;
        noted.unwrap_or_else(|_| Err(io::Error::other("the program ends"))).map_err(|error| {
            tracing::error!("nobody can be erased: {} cannot be written: {error}", self.0.display());
            Failure::Unavailable
        })
    }

    /// Returns all users on the list, each with the number of their database, in the order in which they were added.
    pub(crate) fn read(&self) -> Result<Vec<(i64, Erasure)>, OpenError> {
        let listed = match std::fs::read_to_string(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            listed => listed.map_err(|error| OpenError::Erasures(self.0.display().to_string(), error.to_string()))?,
        };
        // A line that was broken off by a power cut was never acknowledged.
        Ok(listed.lines().filter_map(parse).collect())
    }
}

fn add(path: &Path, line: &str) -> io::Result<()> {
    let is_new = !path.exists();
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // The line break before it ends a line that was broken off before.
    file.write_all(format!("\n{line}\n").as_bytes())?;
    file.sync_all()?;
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    if is_new { File::open(directory.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}

fn line(house: i64, Erasure { user, at, unsaid }: Erasure) -> String {
    format!("{house} {user} {} {}", at.0, if unsaid { "delete" } else { "keep" })
}

fn parse(line: &str) -> Option<(i64, Erasure)> {
    let mut parts = line.split(' ');
    let mut number = || parts.next()?.parse::<i64>().ok();
    let (house, user, at) = (number()?, UserId::new(number()?)?, Time(number()?));
    let unsaid = match parts.next()? {
        "delete" => true,
        "keep" => false,
        _ => return None,
    };
    parts.next().is_none().then_some((house, Erasure { user, at, unsaid }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_gives_back_what_was_noted_and_leaves_out_what_was_broken_off() {
        let path = std::env::temp_dir().join(format!("chat-erasures-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let list = Erasures(path.clone());
        assert_eq!(list.read().expect("no file is an empty list"), []);
        let erasure = |user, unsaid| Erasure { user: UserId::new(user).expect("an id"), at: Time(-7), unsaid };
        add(&path, &line(1, erasure(3, true))).expect("a line");
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(b"1 4 0 de"))
            .expect("a part");
        add(&path, &line(2, erasure(5, true))).expect("a line");
        add(&path, &line(1, erasure(6, false))).expect("a line");
        let all = [(1, erasure(3, true)), (2, erasure(5, true)), (1, erasure(6, false))];
        assert_eq!(list.read().expect("a list"), all);
        std::fs::remove_file(path).expect("it is there");
    }
}
