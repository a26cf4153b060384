use super::*;

fn read(words: &[&str], variables: &[(&str, &str)]) -> Result<Given, String> {
    let words = ["chat-server"].iter().chain(words).map(OsString::from).collect();
    let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    super::read(words, &variables).map_err(|unread| match unread {
        Unread::Clap(error) => error.to_string(),
        Unread::Wrong(what) => what,
    })
}

fn config(words: &[&str], variables: &[(&str, &str)]) -> Config {
    read(words, variables).expect("good settings").config
}

fn file(text: &str) -> (PathBuf, String) {
    let path = std::env::temp_dir().join(format!(
        "chat-settings-{}-{:?}.toml",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::write(&path, text).expect("a file");
    let named = path.display().to_string();
    (path, named)
}

const KEY: &str = "0123456789abcdef";

#[test]
fn an_empty_variable_counts_as_not_given() {
    let empty: Vec<String> = command().get_arguments().map(|arg| variable(&name(arg))).collect();
    let empty: Vec<(&str, &str)> = empty.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(format!("{:?}", config(&[], &empty)), format!("{:?}", config(&[], &[])));
}

#[test]
fn an_api_key_that_is_short_or_empty_is_refused_and_not_shown() {
    for words in [&["--api-key", ""][..], &["--api-key", "0123456789abcdef,"], &["--api-key=hunter2hunter2"]] {
        let said = read(words, &[]).expect_err("a short key");
        assert!(said.contains("16 bytes") && !said.contains("hunter2"), "{said}");
    }
    let (path, named) = file("api_key = [\"\"]");
    assert!(read(&["--config", &named], &[]).expect_err("an empty key").contains("16 bytes"));
    std::fs::remove_file(path).expect("a file");
    assert!(read(&[], &[("CHAT_API_KEY", "0123456789abcdef,short")]).is_err());
    assert!(config(&[], &[("CHAT_API_KEY", "")]).api_key.is_empty());
    assert_eq!(config(&["--api-key", KEY], &[]).api_key.len(), 1);
}

#[test]
fn a_secret_has_something_that_nobody_guesses() {
    for key in ["                ", "0123456789abcde\0", "0123456789 abcdef", "ключ ключ ключ"] {
        let said = read(&["--api-key", key], &[]).expect_err("a strange key");
        assert!(said.contains("without white space") && !said.contains(key), "{said}");
    }
    let blank = " ".repeat(40);
    for secret in [blank.as_str(), "0123456789abcdef0123456789abcdef\0"] {
        assert!(read(&["--jwt-secret", secret], &[]).is_err(), "{secret:?}");
    }
    assert!(read(&["--jwt-secret", "correct horse battery staple, and so on"], &[]).is_err());
    assert!(read(&["--jwt-secret", "correct horse battery staple and so on"], &[]).is_ok());
    let (path, named) = file("");
    let said = read(&["--jwt-secret-file", &named], &[]).expect_err("no secret");
    std::fs::remove_file(path).expect("a file");
    assert_eq!(said, format!("{named} is empty: write a secret of access tokens into it, one a line"));
}

#[test]
fn a_file_tells_its_line_of_a_secret_and_of_a_value_of_another_sort() {
    for (text, words) in [
        ("\napi_key = \"short\"", ":2: --api-key: an API key must have at least 16 bytes"),
        ("\n\njwt_secret = [\"short\"]", ":3: --jwt-secret: a secret of access tokens must"),
        ("jwt_secret_file = \"/nowhere/at/all\"", ":1: cannot read /nowhere/at/all"),
        ("listen = 5", ":1: `listen` must be text in quotes"),
        ("database = 5", ":1: `database` must be text in quotes"),
        ("database = true", ":1: `database` must be text in quotes"),
        ("take_over = 5", ":1: `take_over` must be true or false"),
        ("database = [\"a\", \"b\"]", ":1: the argument '--database <DATABASE>' cannot be used multiple"),
        ("access_token_ttl = true", ":1: invalid value 'true' for '--access-token-ttl"),
        ("max_queue = \"x\"", ":1: invalid value 'x' for '--max-queue"),
    ] {
        let (path, named) = file(text);
        let said = read(&["--config", &named], &[]).expect_err(text);
        std::fs::remove_file(path).expect("a file");
        assert!(said.starts_with(&format!("{named}{words}")), "{text}: {said}");
    }
    let (path, named) = file("access_token_ttl = 90\nrate_messages = 5\nmax_queue = 200_000\ntake_over = false");
    let good = config(&["--config", &named], &[]);
    std::fs::remove_file(path).expect("a file");
    assert_eq!((good.access_token_ttl.0.as_secs(), good.max_queue, good.take_over), (90, 200_000, false));
}

#[test]
fn the_command_line_counts_before_the_environment_before_the_file() {
    let (path, named) = file(
        "max_sockets_per_user = 1\npresence_room = 1\nmax_content = 1\nlisten = [\"127.0.0.1:1\", \"127.0.0.1:2\"]",
    );
    let variables = [("CHAT_CONFIG", &*named), ("CHAT_MAX_SOCKETS_PER_USER", "2"), ("CHAT_PRESENCE_ROOM", "2")];
    let config = config(&["--max-sockets-per-user", "3"], &variables);
    std::fs::remove_file(path).expect("a file");
    assert_eq!((config.max_sockets_per_user, config.presence_room, config.max_content), (3, 2, 1));
    assert_eq!(config.listen.len(), 2);
}

#[test]
fn a_wrong_value_is_told_with_the_place_where_it_stands() {
    let said = read(&[], &[("CHAT_RATE_MESSAGES", "0")]).expect_err("no rate");
    assert!(said.starts_with("CHAT_RATE_MESSAGES: "), "{said}");
    let (path, named) = file("\nmax_queue = 7");
    let said = read(&["--config", &named], &[]).expect_err("a small queue");
    std::fs::remove_file(path).expect("a file");
    assert!(said.starts_with(&format!("{named}:2: ")) && said.contains("131072"), "{said}");
    for words in [
        ["--access-token-ttl", "0"],
        ["--allowed-origin", "*"],
        ["--allowed-origin", "foo"],
        ["--max-queue", "131071"],
        ["--keep-changes", "0"],
        ["--max-waiting-logins", "0"],
    ] {
        assert!(read(&words, &[]).is_err(), "{words:?}");
    }
}

#[test]
fn a_variable_that_is_no_setting_is_told_with_the_nearest_name() {
    let given = read(&[], &[("CHAT_DATABSE", "x"), ("CHAT_SERVICE_HOST", "x"), ("CHAT_LOG", "info"), ("PATH", "x")]);
    let warnings = given.expect("good settings").warnings;
    assert_eq!(warnings, ["CHAT_DATABSE is no setting; is CHAT_DATABASE meant?", "CHAT_SERVICE_HOST is no setting"]);
}

#[test]
fn no_setting_reads_its_variable_past_the_rule_about_empty_ones() {
    assert!(Config::command().get_arguments().all(|arg| arg.get_env().is_none()));
    let help = command().render_help().to_string();
    assert!(help.contains("[CHAT_MAX_QUEUE]"), "{help}");
}
