use std::path::PathBuf;

use super::*;

fn with_settings(settings: &[&str]) -> Result<ServerConfig, ConfigError> {
    ServerConfig::load(&Sources {
        settings: settings.iter().map(|one| (*one).to_owned()).collect(),
        ..Sources::default()
    })
}

fn with_variables(variables: &[(&str, &str)]) -> Result<ServerConfig, ConfigError> {
    ServerConfig::load(&Sources {
        environment: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Sources::default()
    })
}

/// A file of its own for each test, removed at its end.
struct File(PathBuf);

impl File {
    fn new(test: &str, content: &str) -> Self {
        let name = format!("silt-config-{}-{test}.toml", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).expect("a test file can be written");
        File(path)
    }

    fn load(&self) -> Result<ServerConfig, ConfigError> {
        ServerConfig::load(&Sources {
            file: Some(self.0.clone()),
            ..Sources::default()
        })
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn later_sources_override_earlier_ones() {
    let file = File::new(
        "order",
        "[limits]\nmax_limit = 500\nconcurrency = 5\nbody_bytes = 0x10000\n",
    );
    let sources = Sources {
        file: Some(file.0.clone()),
        optional_file: None,
        environment: vec![
            ("SILT_SERVER__LIMITS__MAX_LIMIT".into(), "600".into()),
            ("SILT_SERVER__LIMITS__CONCURRENCY".into(), "6".into()),
            ("SILT_SERVER_PORT".into(), "tcp://10.0.0.1:80".into()),
        ],
        settings: vec!["limits.max_limit=700".into()],
    };
    let config = ServerConfig::load(&sources).expect("a valid configuration");
    assert_eq!(config.max_limit, 700);
    assert_eq!(config.limits.concurrency, 6);
    assert_eq!(config.limits.body_bytes, 65_536);
    assert_eq!(config.default_limit, ServerConfig::default().default_limit);
}

#[test]
fn what_is_printed_reads_back_as_the_same() {
    let config = with_settings(&[
        "listen=[::1]:9",
        "base_url=https://example.org/silt/",
        "cors.origins=https://a.example,http://b.example:8080",
        "log.format=json",
        "log.filter=info,silt=\"debug\"",
        "swagger=false",
        "limits.tile_cache_bytes=0",
    ])
    .expect("valid settings");
    assert_eq!(
        config.base_url.as_deref(),
        Some("https://example.org/silt"),
        "without the slash at the end"
    );
    let file = File::new("printed", &config.to_toml());
    assert_eq!(file.load().expect("the printed file is valid"), config);
    let defaults = File::new("defaults", &ServerConfig::default().to_toml());
    assert_eq!(
        defaults.load().expect("the defaults are valid"),
        ServerConfig::default()
    );
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    let file = File::new("unknown", "swagger = true\n\n[limits]\nbody_byte = 5\n");
    let message = file.load().expect_err("an unknown key").to_string();
    assert!(message.contains("line 4"), "{message}");
    assert!(message.contains("`limits.body_byte`"), "{message}");
    assert!(
        message.contains("did you mean `limits.body_bytes`"),
        "{message}"
    );

    let wrong_section = File::new("section", "max_limit = 5\n");
    let message = wrong_section.load().expect_err("no section").to_string();
    assert!(
        message.contains("did you mean `limits.max_limit`"),
        "{message}"
    );

    let unknown_section = File::new("table", "[limit]\nmax_limit = 5\n");
    let message = unknown_section
        .load()
        .expect_err("no such section")
        .to_string();
    assert!(message.contains("`limit`"), "{message}");

    let message = with_variables(&[("SILT_SERVER__LOG__FORMATT", "json")])
        .expect_err("an unknown variable")
        .to_string();
    assert!(message.contains("SILT_SERVER__LOG__FORMATT"), "{message}");
    assert!(message.contains("did you mean `log.format`"), "{message}");

    let message = with_settings(&["colour=blue"])
        .expect_err("an unknown setting")
        .to_string();
    assert!(message.contains("`colour`"), "{message}");
    assert!(message.contains("--print-config"), "{message}");
}

#[test]
fn a_wrong_value_is_named_with_what_the_key_takes() {
    for content in [
        "limits.max_limit = 0",
        "limits.max_limit = -1",
        "limits.max_limit = 1.5",
        "limits.max_limit = \"5\"",
        "limits.max_limit = 99999999999999999999",
        "swagger = \"yes\"",
        "swagger = 1",
        "listen = \"localhost\"",
        "listen = 8080",
        "base_url = \"ftp://example.org\"",
        "base_url = \"https://example.org/?a=b\"",
        "base_url = \"https://user@example.org/\"",
        "cors.origins = \"*\"",
        "cors.origins = [\"*\", \"https://example.org\"]",
        "cors.origins = [\"https://example.org/path\"]",
        "cors.origins = [5]",
        "log.format = \"xml\"",
        "log.filter = 5",
        "limits = 5",
        "swagger = 1979-05-27",
    ] {
        let file = File::new("value", content);
        let message = file.load().expect_err(content).to_string();
        let key = content.split(' ').next().expect("a key");
        assert!(
            message.contains(&format!("`{key}`")),
            "{content}: {message}"
        );
    }
    let message = with_settings(&["limits.drain_seconds=1e3"])
        .expect_err("not a whole number")
        .to_string();
    assert!(message.contains("\"1e3\""), "{message}");
    assert!(message.contains("from 0 to 3600"), "{message}");
    with_settings(&["swagger"]).expect_err("no value");
    with_settings(&["limits.default_limit=9", "limits.max_limit=8"]).expect_err("above");
}

#[test]
fn a_file_that_is_missing_or_not_toml_is_an_error() {
    let missing = Sources {
        file: Some(PathBuf::from("no-such-file.toml")),
        ..Sources::default()
    };
    assert!(matches!(
        ServerConfig::load(&missing),
        Err(ConfigError::Unreadable { .. })
    ));
    let optional = Sources {
        optional_file: Some(PathBuf::from("no-such-file.toml")),
        ..Sources::default()
    };
    assert_eq!(
        ServerConfig::load(&optional).expect("an optional file may be missing"),
        ServerConfig::default()
    );
    let broken = File::new("broken", "listen = \n");
    assert!(matches!(broken.load(), Err(ConfigError::Syntax { .. })));
}

#[test]
fn short_names_of_variables_work() {
    let config = with_variables(&[
        ("SILT_LISTEN", "127.0.0.1:0"),
        ("SILT_LOG", "debug"),
        ("SILT_SERVER__CORS__ORIGINS", ""),
    ])
    .expect("valid variables");
    assert_eq!(config.listen.port(), 0);
    assert_eq!(config.log.filter, "debug");
    assert_eq!(config.cors.origins, Vec::<String>::new());
}

#[test]
fn the_reference_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    if std::env::var_os("SILT_UPDATE_DOCS").is_some() {
        std::fs::write(path, table::reference()).expect("the reference can be written");
    }
    let written = std::fs::read_to_string(path).expect("docs/configuration.md");
    assert!(
        written == table::reference(),
        "docs/configuration.md is not what the table of keys says; run this test with SILT_UPDATE_DOCS=1"
    );
}

#[test]
fn the_example_of_the_reference_is_valid() {
    let reference = table::reference();
    let example = reference
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("an example");
    let file = File::new("example", example);
    let config = file.load().expect("the example is valid");
    assert_eq!(config.log.format, LogFormat::Json);
}
