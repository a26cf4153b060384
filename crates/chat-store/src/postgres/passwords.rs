//! Passwords from a file in libpq's form: `host:port:database:user:password` on each line.

use std::fs;
use std::path::Path;

/// Returns the password of the first line that matches this host, port, database and user. A file that others may read
/// is ignored.
pub(super) fn find(file: &Path, about: [&str; 4]) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    if is_open_to_others(file) {
        tracing::warn!("{} may be read by others, so its passwords are not used: chmod 600 it", file.display());
        return None;
    }
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let matches =
            about.iter().enumerate().all(|(at, is)| fields.get(at).is_some_and(|said| said == "*" || said == is));
        if matches { fields.get(about.len()).cloned() } else { None }
    })
}

/// Returns the parts of a line. A backslash takes the next character literally.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (letter, fields.last_mut()) {
            (':', _) => fields.push(String::new()),
            ('\\', Some(field)) => field.extend(letters.next()),
            (letter, Some(field)) => field.push(letter),
            (_, None) => {}
        }
    }
    fields
}

#[cfg(unix)]
fn is_open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}
