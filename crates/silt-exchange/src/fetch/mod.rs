//! Getting the file of a source: from the cache, from a mirror folder, or from its address.
//!
//! A file enters the cache under a temporary name and takes its own only when it is whole and is
//! what the recipe says, so the cache never holds half a file or a wrong one.

mod content;
mod download;
mod error;

use std::fs;
use std::path::{Path, PathBuf};

pub use error::FetchError;

use crate::hash::sha256_file;
use crate::recipe::{Recipe, RecipeFile};

/// Environment variable that names a mirror folder.
pub const MIRROR_VARIABLE: &str = "SILT_MIRROR";

/// Where files may come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchOptions {
    /// Folder that keeps fetched files; made when needed.
    pub cache_dir: PathBuf,
    /// Folder with copies of the files, as `SILT_MIRROR` names it.
    pub mirror: Option<PathBuf>,
    /// Whether downloads are allowed.
    pub network: bool,
}

/// The local path of one file of a source, verified. A file in the cache or the mirror is used
/// where it lies; a download is put into the cache. `progress` gets bytes done and, where it is
/// known, the total.
///
/// # Errors
///
/// [`FetchError`], each with the next step.
pub fn fetch(
    recipe: &Recipe,
    file: &RecipeFile,
    options: &FetchOptions,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<PathBuf, FetchError> {
    let cached = cache_path(recipe, file, options)?;
    if let Some(cached) = &cached
        && is_wanted(cached, file)
    {
        return Ok(cached.clone());
    }
    if let (Some(folder), Some(path)) = (&options.mirror, &file.mirror) {
        let mirrored = folder.join(path);
        if mirrored.exists() {
            return from_mirror(&mirrored, file);
        }
    }
    let Some(url) = &file.url else {
        return Err(FetchError::NoAddress {
            source_id: recipe.id.clone(),
            edition: file.edition.clone(),
            mirror: file.mirror.clone(),
            notes: recipe.notes.trim().to_owned(),
        });
    };
    if !options.network {
        return Err(FetchError::Offline { url: url.clone() });
    }
    let Some(cached) = cached else {
        return Err(FetchError::NoName { url: url.clone() });
    };
    let folder = cached.parent().unwrap_or(&options.cache_dir);
    fs::create_dir_all(folder).map_err(|source| FetchError::io(folder, source))?;
    let mut partial = tempfile::Builder::new()
        .prefix(".fetch-")
        .tempfile_in(folder)
        .map_err(|source| FetchError::io(folder, source))?;
    download::download(url, partial.as_file_mut(), progress)?;
    let expected = [file.url_sha256.as_deref(), file.sha256.as_deref()];
    verify(partial.path(), url, &file_name(file), expected)?;
    partial
        .as_file()
        .sync_all()
        .map_err(|source| FetchError::io(&cached, source))?;
    partial
        .persist(&cached)
        .map_err(|error| FetchError::io(&cached, error.error))?;
    Ok(cached)
}

/// Where the file is kept: `CACHE/SOURCE/EDITION/NAME`. `None` where it has no name.
fn cache_path(
    recipe: &Recipe,
    file: &RecipeFile,
    options: &FetchOptions,
) -> Result<Option<PathBuf>, FetchError> {
    let name = file
        .url
        .as_deref()
        .map_or_else(|| file_name(file), name_in_url);
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
        return Ok(None);
    }
    Ok(Some(
        options
            .cache_dir
            .join(&recipe.id)
            .join(&file.edition)
            .join(name),
    ))
}

fn file_name(file: &RecipeFile) -> String {
    file.file_name().unwrap_or_default().to_owned()
}

/// The last part of the path of an address, with `%20` and its like undone.
fn name_in_url(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = path.rsplit('/').next().unwrap_or_default().as_bytes();
    let mut plain = Vec::with_capacity(name.len());
    let mut at = 0;
    while at < name.len() {
        let hex = name
            .get(at + 1..at + 3)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) if name[at] == b'%' => {
                plain.push(byte);
                at += 3;
            }
            _ => {
                plain.push(name[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Whether a cached file is the one wanted. One that is not is fetched again.
fn is_wanted(path: &Path, file: &RecipeFile) -> bool {
    let Ok(found) = sha256_file(path) else {
        return false;
    };
    let expected = [&file.sha256, &file.url_sha256];
    let is_pinned = expected.iter().any(|sum| sum.is_some());
    !is_pinned || expected.into_iter().flatten().any(|sum| *sum == found)
}

fn from_mirror(path: &Path, file: &RecipeFile) -> Result<PathBuf, FetchError> {
    let place = path.display().to_string();
    let expected = [file.sha256.as_deref(), file.url_sha256.as_deref()];
    verify(path, &place, &file_name(file), expected)?;
    Ok(path.to_owned())
}

/// Refuses a file that is not what the recipe says. `name` says what it should be.
fn verify(
    path: &Path,
    from: &str,
    name: &str,
    expected: [Option<&str>; 2],
) -> Result<(), FetchError> {
    // What the file is says more than a checksum that differs, so it comes first.
    content::check(path, from, name)?;
    let Some(wanted) = expected.into_iter().flatten().next() else {
        return Ok(());
    };
    let found = sha256_file(path).map_err(|source| FetchError::io(path, source))?;
    if expected.into_iter().flatten().any(|sum| sum == found) {
        return Ok(());
    }
    Err(FetchError::Checksum {
        from: from.to_owned(),
        wanted: wanted.to_owned(),
        found,
    })
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
