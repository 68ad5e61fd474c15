//! `silt key`: who may write over HTTP.

use anyhow::Result;
use serde_json::{Value, json};
use silt_server::{KeyError, KeyFile, KeyRecord, Scope, parse_expiry};

use super::Outcome;
use crate::cli::{Cli, KeyCommand, ScopeArg};
use crate::output;

/// Runs the command.
pub(crate) fn run(cli: &Cli, command: &KeyCommand) -> Result<Outcome> {
    let file = KeyFile::new(&cli.data);
    let done = match command {
        KeyCommand::Create {
            name,
            scope,
            expires,
        } => create(cli, &file, name, scope, expires.as_deref()),
        KeyCommand::List => list(cli, &file),
        KeyCommand::Revoke { id } => revoke(cli, &file, id),
    };
    match done {
        Ok(()) => Ok(Outcome::Done),
        Err(error @ (KeyError::Name | KeyError::NoScope | KeyError::Expiry(_))) => {
            output::error(&error.into());
            Ok(Outcome::WrongUsage)
        }
        Err(error) => Err(error.into()),
    }
}

fn create(
    cli: &Cli,
    file: &KeyFile,
    name: &str,
    scopes: &[ScopeArg],
    expires: Option<&str>,
) -> Result<(), KeyError> {
    let scopes: Vec<Scope> = scopes
        .iter()
        .map(|scope| match scope {
            ScopeArg::Import => Scope::Import,
            ScopeArg::Edit => Scope::Edit,
        })
        .collect();
    let expires = expires.map(parse_expiry).transpose()?;
    let (record, key) = file.create(name, &scopes, expires)?;
    if cli.json {
        let mut document = described(&record);
        document["key"] = key.into();
        output::line(format!("{document:#}"));
        return Ok(());
    }
    output::line(&key);
    output::hint(format!(
        "key {} for {}: {}. It is shown this once; send it as `Authorization: Bearer KEY`",
        record.id,
        record.name,
        scope_words(&record)
    ));
    Ok(())
}

fn list(cli: &Cli, file: &KeyFile) -> Result<(), KeyError> {
    let keys = file.list()?;
    if cli.json {
        let all: Vec<Value> = keys.iter().map(described).collect();
        output::line(format!("{:#}", Value::Array(all)));
        return Ok(());
    }
    let now = jiff::Timestamp::now();
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|key| {
            let expires = key.expires.map_or("-".to_owned(), |time| time.to_string());
            vec![
                key.id.clone(),
                key.state(now).to_owned(),
                scope_words(key),
                key.created.to_string(),
                expires,
                key.name.clone(),
            ]
        })
        .collect();
    output::table(
        &["id", "state", "scopes", "created", "expires", "name"],
        &rows,
    );
    Ok(())
}

fn revoke(cli: &Cli, file: &KeyFile, id: &str) -> Result<(), KeyError> {
    let record = file.revoke(id)?;
    if cli.json {
        output::line(format!("{:#}", described(&record)));
    } else {
        output::line(format!(
            "key {} of {} is not valid any more",
            record.id, record.name
        ));
    }
    Ok(())
}

fn scope_words(record: &KeyRecord) -> String {
    let words: Vec<&str> = record.scopes.iter().map(|scope| scope.word()).collect();
    words.join(",")
}

/// A key as JSON, without anything of its secret.
fn described(record: &KeyRecord) -> Value {
    json!({
        "id": record.id,
        "name": record.name,
        "scopes": record.scopes.iter().map(|scope| scope.word()).collect::<Vec<&str>>(),
        "state": record.state(jiff::Timestamp::now()),
        "created": record.created.to_string(),
        "expires": record.expires.map(|time| time.to_string()),
        "revoked_at": record.revoked_at.map(|time| time.to_string()),
    })
}
