//! Which file of an archive is meant, and unpacking for libraries that want a file on disk.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::detect::{self, Content};
use super::open::Found;
use super::unpack::{Packing, Source, UnpackError, ZipMember, zip_members};
use super::{ReadError, ReadOptions, io_error};

/// What is read of a packed file.
pub(super) struct Choice {
    pub(super) packing: Packing,
    /// What the choice was made by, where the content need not be looked at any more.
    pub(super) content: Option<Found>,
    /// Files that belong to the one that is read, itself included: the parts of a shapefile.
    pub(super) companions: Vec<ZipMember>,
}

impl Choice {
    pub(super) fn single(packing: Packing) -> Self {
        Choice {
            packing,
            content: None,
            companions: Vec::new(),
        }
    }

    /// The name of the chosen file of an archive.
    pub(super) fn member_name(&self) -> Option<String> {
        match &self.packing {
            Packing::Zip(member) => Some(member.name.clone()),
            _ => None,
        }
    }
}

/// Chooses what to read of a zip archive, which may also be a document in zip's clothes.
pub(super) fn choose(path: &Path, options: &ReadOptions) -> Result<Choice, ReadError> {
    let unpack_error = |source| ReadError::Unpack {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(|error| io_error(path, error))?;
    let members = zip_members(file).map_err(unpack_error)?;
    let has = |name: &str| members.iter().any(|member| member.name == name);
    if let Some(content) = document(&has) {
        if content == Found::Workbook {
            check_unpacked_size(path, &members, options)?;
        }
        return Ok(Choice {
            packing: Packing::Plain,
            content: Some(content),
            companions: Vec::new(),
        });
    }
    let member = pick(path, &members, options)?;
    let is_shapefile = detect::extension(Path::new(&member.name)) == "shp";
    let stem = |name: &str| Path::new(name).with_extension("");
    let companions = if is_shapefile {
        members
            .iter()
            .filter(|other| stem(&other.name) == stem(&member.name))
            .cloned()
            .collect()
    } else {
        vec![member.clone()]
    };
    Ok(Choice {
        packing: Packing::Zip(member),
        content: None,
        companions,
    })
}

/// Documents that are zip archives themselves.
fn document(has: &dyn Fn(&str) -> bool) -> Option<Found> {
    if has("xl/workbook.xml") {
        return Some(Found::Workbook);
    }
    let refused = |what: &str| {
        Found::Content(Content::Refused {
            what: what.to_owned(),
            advice: "save its tables as XLSX or CSV",
        })
    };
    if has("word/document.xml") {
        return Some(refused("is a Word document"));
    }
    if has("xl/workbook.bin") {
        return Some(refused("is a binary workbook (.xlsb)"));
    }
    if has("mimetype") && has("content.xml") {
        return Some(Found::Content(Content::Vector(&["ODS"])));
    }
    None
}

fn pick(path: &Path, members: &[ZipMember], options: &ReadOptions) -> Result<ZipMember, ReadError> {
    let names = || {
        members
            .iter()
            .map(|member| member.name.clone())
            .collect::<Vec<_>>()
    };
    let unpack_error = |source| ReadError::Unpack {
        path: path.to_owned(),
        source,
    };
    if members.is_empty() {
        return Err(unpack_error(UnpackError::NoFiles));
    }
    if detect::promised(&detect::extension(path)) == Some(super::Format::Xlsx) {
        return Err(ReadError::WrongFormat {
            path: path.to_owned(),
            found: "is a zip archive without a workbook in it".to_owned(),
            advice: "fetch it again, or name it .zip".to_owned(),
        });
    }
    if let Some(wanted) = &options.member {
        let found = members.iter().find(|member| member.name == *wanted);
        return found.cloned().ok_or_else(|| {
            unpack_error(UnpackError::NoSuchMember {
                member: wanted.clone(),
                members: names(),
            })
        });
    }
    if let [only] = members {
        return Ok(only.clone());
    }
    let extension_of = |member: &ZipMember| detect::extension(Path::new(&member.name));
    let shapes: Vec<&ZipMember> = members
        .iter()
        .filter(|member| extension_of(member) == "shp")
        .collect();
    let data: Vec<&ZipMember> = members
        .iter()
        .filter(|member| detect::promised(&extension_of(member)).is_some())
        .collect();
    match (shapes.as_slice(), data.as_slice()) {
        ([only], _) | ([], [only]) => Ok((*only).clone()),
        _ => Err(ReadError::MemberNeeded {
            path: path.to_owned(),
            members: names(),
        }),
    }
}

/// Unpacks every member to nowhere. Libraries that unpack by themselves have no bounds, and the
/// sizes that an archive states may lie.
fn check_unpacked_size(
    path: &Path,
    members: &[ZipMember],
    options: &ReadOptions,
) -> Result<(), ReadError> {
    let mut total: u64 = 0;
    for member in members {
        let source = Source::new(path, Packing::Zip(member.clone()), &options.limits);
        let unpacked = source
            .stream()
            .and_then(|mut stream| io::copy(&mut stream, &mut io::sink()));
        total += unpacked.map_err(|error| io_error(path, error))?;
        check_total(path, total, options.limits.max_unpacked_bytes)?;
    }
    Ok(())
}

fn check_total(path: &Path, total: u64, limit: u64) -> Result<(), ReadError> {
    if total <= limit {
        return Ok(());
    }
    Err(ReadError::Unpack {
        path: path.to_owned(),
        source: UnpackError::TooLarge { limit },
    })
}

/// Unpacks a source, with the files that belong to it, into a folder of its own. The files get
/// names of ours: nothing of the archive decides where something is written.
pub(super) fn unpack_to_folder(
    source: &Source,
    companions: &[ZipMember],
    extension: &str,
) -> Result<(TempDir, PathBuf), ReadError> {
    let path = &source.path;
    let folder = tempfile::tempdir().map_err(|error| io_error(path, error))?;
    let target = |extension: &str| {
        let is_plain =
            extension.len() <= 12 && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        folder
            .path()
            .join(format!("data.{}", if is_plain { extension } else { "bin" }))
    };
    let mut parts: Vec<(String, Packing)> = companions
        .iter()
        .map(|member| {
            (
                detect::extension(Path::new(&member.name)),
                Packing::Zip(member.clone()),
            )
        })
        .collect();
    if parts.is_empty() {
        parts.push((extension.to_owned(), source.packing.clone()));
    }
    let mut total: u64 = 0;
    for (part_extension, packing) in parts {
        let part = Source {
            packing,
            ..source.clone()
        };
        let unpacked = File::create(target(&part_extension)).and_then(|mut file| {
            let bytes = io::copy(&mut part.stream()?, &mut file)?;
            file.flush()?;
            Ok(bytes)
        });
        total += unpacked.map_err(|error| io_error(path, error))?;
        check_total(path, total, source.limits.max_unpacked_bytes)?;
    }
    let plain_file = target(extension);
    Ok((folder, plain_file))
}
