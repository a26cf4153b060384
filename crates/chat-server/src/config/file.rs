//! Settings in a TOML file.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::nearest::nearest;

/// A parsed file of settings.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    entries: Vec<Entry>,
    /// The settings of each `[[issuer]]`.
    issuers: Vec<Vec<Entry>>,
}

/// A setting in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) values: Vec<Value>,
    pub(super) line: usize,
}

/// A value, as it is written in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Text in quotes.
    Text(String),
    /// A number, or true or false.
    Bare(String),
}

impl Value {
    /// Returns the value as text.
    pub(super) fn text(&self) -> &str {
        let (Value::Text(text) | Value::Bare(text)) = self;
        text
    }
}

impl File {
    /// Reads a file, which may have these settings and no others.
    pub(super) fn read(path: &Path, known: &[String]) -> Result<File, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let (entries, issuers) =
            parse(&text, known).map_err(|(line, what)| format!("{}:{line}: {what}", path.display()))?;
        Ok(File { path: path.to_owned(), entries, issuers })
    }

    /// Returns the setting of this name.
    pub(super) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Returns the settings of each issuer.
    pub(super) fn issuers(&self) -> &[Vec<Entry>] {
        &self.issuers
    }

    /// Returns the place of a setting: the file and the line.
    pub(super) fn place(&self, entry: &Entry) -> String {
        format!("{}:{}", self.path.display(), entry.line)
    }
}

/// Parses the settings of a file and of its issuers. The error has the line and the reason.
fn parse(text: &str, known: &[String]) -> Result<(Vec<Entry>, Vec<Vec<Entry>>), Wrong> {
    let line = |span: Range<usize>| 1 + text[..span.start.min(text.len())].matches('\n').count();
    let table = DeTable::parse(text).map_err(|error| (error.span().map_or(1, line), error.message().to_owned()))?;
    let is_issuer = |key: &str, value: &DeValue<'_>| key == ISSUER && !matches!(value, DeValue::String(_));
    let mut issuers = Vec::new();
    for (key, value) in table.get_ref().iter().filter(|(key, value)| is_issuer(key.get_ref(), value.get_ref())) {
        let all =
            value.get_ref().as_array().ok_or((line(key.span()), format!("write [[{ISSUER}]] for each issuer")))?;
        for one in all {
            let table = one.get_ref().as_table();
            let table = table.ok_or((line(one.span()), format!("write [[{ISSUER}]] for each issuer")))?;
            let about_issuers: Vec<String> =
                known.iter().filter(|name| name.starts_with("jwt_") || *name == "jwks").cloned().collect();
            issuers.push(entries(table.iter(), &about_issuers, line)?);
        }
    }
    let settings = table.get_ref().iter().filter(|(key, value)| !is_issuer(key.get_ref(), value.get_ref()));
    Ok((entries(settings, known, line)?, issuers))
}

/// Reads the settings of a table.
fn entries<'a, 'i: 'a>(
    said: impl Iterator<Item = (&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>)>,
    known: &[String],
    line: impl Fn(Range<usize>) -> usize,
) -> Result<Vec<Entry>, Wrong> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut said: Vec<_> = said.collect();
    said.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in said {
        let (at, name) = (line(key.span()), key.get_ref().replace('-', "_"));
        if name == "config" {
            return Err((at, "a file of settings names no other one".to_owned()));
        }
        if !known.contains(&name) {
            let hint = nearest(&name, known).map(|near| format!("; is `{near}` meant?")).unwrap_or_default();
            return Err((at, format!("there is no setting `{}`{hint}", key.get_ref())));
        }
        if entries.iter().any(|entry| entry.name == name) {
            return Err((at, format!("`{name}` stands here twice")));
        }
        let values = match value.get_ref() {
            DeValue::Array(values) => values.iter().map(|value| plain(value.get_ref())).collect(),
            value => plain(value).map(|value| vec![value]),
        };
        let values =
            values.ok_or((at, format!("`{name}` must be text, a whole number, true or false, or a list of these")))?;
        entries.push(Entry { name, values, line: at });
    }
    Ok(entries)
}

fn plain(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::Text(text.to_string())),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| Value::Bare(number.to_string()))
        }
        DeValue::Boolean(yes) => Some(Value::Bare(yes.to_string())),
        _ => None,
    }
}

/// The line in which something is wrong, and what.
type Wrong = (usize, String);

/// The name of an issuer's table.
const ISSUER: &str = "issuer";

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Result<(Vec<Entry>, Vec<Vec<Entry>>), Wrong> {
        let known = ["database", "api_key", "max_sockets_per_user", "adopt", "jwks", "jwt_issuer"].map(String::from);
        parse(text, &known)
    }

    fn read(text: &str) -> Result<Vec<Entry>, Wrong> {
        read_all(text).map(|(entries, _)| entries)
    }

    #[test]
    fn each_issuer_has_settings_of_its_own() {
        let text =
            "database = \"x\"\n[[issuer]]\njwt_issuer = \"a\"\njwks = \"a.json\"\n[[issuer]]\njwt-issuer = \"b\"\n";
        let (entries, issuers) = read_all(text).expect("a good file");
        let said = |entries: &[Entry]| -> Vec<String> {
            let values = |entry: &Entry| entry.values.iter().map(Value::text).collect::<Vec<_>>().join(",");
            entries.iter().map(|entry| format!("{}={}@{}", entry.name, values(entry), entry.line)).collect()
        };
        assert_eq!(said(&entries), ["database=x@1"]);
        assert_eq!(said(&issuers[0]), ["jwt_issuer=a@3", "jwks=a.json@4"]);
        assert_eq!(said(&issuers[1]), ["jwt_issuer=b@6"]);
        for (text, line, words) in [
            ("[issuer]\njwks = \"a\"", 1, "[[issuer]]"),
            ("[[issuer]]\ndatabase = \"x\"", 2, "no setting `database`"),
            ("[[issuer]]\njwk = \"x\"", 2, "`jwks` meant"),
            ("issuer = \"x\"", 1, "no setting `issuer`"),
        ] {
            let (at, said) = read_all(text).expect_err(text);
            assert!(at == line && said.contains(words), "{text}: {at} {said}");
        }
    }

    #[test]
    fn a_file_says_the_same_in_lower_case() {
        let said = read(
            "database = \"sqlite:x.db\"\napi_key = [\"a\", \"b\"]\n\nmax-sockets-per-user = 1_000\nadopt = true\n",
        );
        let entry = |name: &str, values: &[Value], line| Entry { name: name.into(), values: values.to_vec(), line };
        let (text, bare) = (|text: &str| Value::Text(text.into()), |text: &str| Value::Bare(text.into()));
        let mut said = said.expect("a good file");
        said.sort_by_key(|entry| entry.line);
        let meant = [
            entry("database", &[text("sqlite:x.db")], 1),
            entry("api_key", &[text("a"), text("b")], 2),
            entry("max_sockets_per_user", &[bare("1000")], 4),
            entry("adopt", &[bare("true")], 5),
        ];
        assert_eq!(said, meant);
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_the_nearest_name() {
        for (text, line, words) in [
            ("# a file\ndatbase = \"x\"", 2, "`database` meant"),
            ("api_keys = [\"x\"]", 1, "`api_key` meant"),
            ("zzz = 1", 1, "no setting `zzz`"),
            ("adopt = true\nconfig = \"y.toml\"", 2, "no other one"),
            ("\n\ndatabase = ", 3, ""),
            ("database = 1.5", 1, "must be text"),
            ("[database]\nx = 1", 1, "must be text"),
            ("api_key = \"x\"\napi-key = \"y\"", 2, "twice"),
        ] {
            let (at, said) = read(text).expect_err(text);
            assert_eq!(at, line, "{text}: {said}");
            assert!(said.contains(words), "{text}: {said}");
        }
    }
}
