//! From a path to a reader: what the file is, what is inside it, and who reads it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::Encoding;

use super::detect::{self, Content, HEAD_BYTES};
use super::unpack::{Packing, Source};
use super::{
    EncodingFound, EncodingInfo, FileInfo, Format, ReadError, ReadOptions, Reader, RowSource,
    archive, io_error, json, parquet, table, text, vector, workbook,
};

/// A file on its way from what it is to its format's reader.
pub(super) struct Opening<'o> {
    pub(super) options: &'o ReadOptions,
    pub(super) source: Source,
    pub(super) info: FileInfo,
    /// A plain file on disk with the content, for libraries that want a path.
    pub(super) plain_file: PathBuf,
    /// Holds the plain file, where it had to be unpacked.
    pub(super) folder: Option<tempfile::TempDir>,
    /// GDAL drivers that the content or the name calls for.
    pub(super) drivers: &'static [&'static str],
}

pub(super) fn open(path: &Path, options: &ReadOptions) -> Result<Reader, ReadError> {
    let byte_length = check_path(path)?;
    let read_head = |source: &Source| {
        source
            .head(HEAD_BYTES)
            .map_err(|error| io_error(path, error))
    };
    let packed = Source::new(path, Packing::Plain, &options.limits);
    let outer = match detect::sniff(&read_head(&packed)?) {
        Content::Zip => archive::choose(path, options)?,
        Content::Gzip => archive::Choice::single(Packing::Gzip),
        Content::Xz => archive::Choice::single(Packing::Xz),
        _ => archive::Choice::single(Packing::Plain),
    };
    let source = Source::new(path, outer.packing.clone(), &options.limits);
    let member = outer.member_name();
    let extension = detect::extension(member.as_deref().map_or(path, Path::new));
    let content = match outer.content {
        Some(content) => content,
        None => {
            let head = read_head(&source)?;
            if head.is_empty() {
                return Err(ReadError::Empty {
                    path: path.to_owned(),
                });
            }
            let content = detect::sniff(&head);
            sharpen(content, &head, &extension)
        }
    };
    let format = decide(path, &content, &extension, options)?;
    let drivers = match content {
        Found::Content(Content::Vector(drivers)) => drivers,
        _ => detect::vector_drivers(&extension).unwrap_or(vector::SAFE_DRIVERS),
    };
    let info = FileInfo {
        path: path.to_owned(),
        format,
        driver: None,
        compression: source.packing.compression(),
        member,
        encoding: None,
        crs: None,
        columns: Vec::new(),
        delimiter: None,
        header_row: None,
        layer: None,
        rows_expected: None,
        byte_length,
        notes: Vec::new(),
    };
    let progress = Arc::clone(&source.progress);
    let mut opening = Opening {
        options,
        source,
        info,
        plain_file: path.to_owned(),
        folder: None,
        drivers,
    };
    let needs_plain_file = matches!(format, Format::Gdal | Format::Xlsx | Format::Parquet);
    if needs_plain_file && opening.info.compression != super::Compression::None {
        let (folder, plain_file) =
            archive::unpack_to_folder(&opening.source, &outer.companions, &extension)?;
        opening.plain_file = plain_file;
        opening.folder = Some(folder);
    }
    let (info, rows) = match format {
        Format::GeoJson | Format::GeoJsonSeq => open_json(opening)?,
        Format::Csv | Format::Tsv => table::open(opening)?,
        Format::Xlsx => workbook::open(opening)?,
        Format::Gdal => vector::open(opening)?,
        Format::Parquet => parquet::open(opening)?,
    };
    Ok(Reader {
        info,
        rows,
        progress,
        rows_read: 0,
    })
}

/// Refuses what is not a file with content; gives its length.
fn check_path(path: &Path) -> Result<u64, ReadError> {
    let metadata = std::fs::metadata(path).map_err(|error| io_error(path, error))?;
    let path = path.to_owned();
    if metadata.is_dir() {
        Err(ReadError::Directory { path })
    } else if !metadata.is_file() {
        Err(ReadError::NotAFile { path })
    } else if metadata.len() == 0 {
        Err(ReadError::Empty { path })
    } else {
        Ok(metadata.len())
    }
}

/// What a file or a member of an archive holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Content(Content),
    /// An Office Open XML workbook.
    Workbook,
    /// JSON that reads as one text per line.
    JsonLines,
}

fn sharpen(content: Content, head: &[u8], extension: &str) -> Found {
    if content != Content::Json {
        return Found::Content(content);
    }
    let promised_lines = detect::SEQUENCE_EXTENSIONS.contains(&extension);
    let beginning = text::lossy_head(head).unwrap_or_default();
    if promised_lines || json::looks_like_lines(&beginning) {
        Found::JsonLines
    } else {
        Found::Content(content)
    }
}

/// The format to read a file as, from its content, its name and the options. They must agree.
fn decide(
    path: &Path,
    found: &Found,
    extension: &str,
    options: &ReadOptions,
) -> Result<Format, ReadError> {
    let promised = options.format.or_else(|| detect::promised(extension));
    let wrong = |found: &str, advice: &str| {
        let expectation = match (options.format, promised) {
            (Some(format), _) => format!(", not {} as the options say", described(format)),
            (None, Some(format)) => format!(", not {} as its name says", described(format)),
            (None, None) => String::new(),
        };
        Err(ReadError::WrongFormat {
            path: path.to_owned(),
            found: format!("{found}{expectation}"),
            advice: advice.to_owned(),
        })
    };
    const RENAME: &str =
        "fetch it again, or give the file the name or the `kind` that fits its content";
    let natural = match found {
        Found::Workbook => Format::Xlsx,
        Found::JsonLines | Found::Content(Content::JsonSequence) => Format::GeoJsonSeq,
        Found::Content(content) => match content {
            Content::Refused { what, advice } => return wrong(what, advice),
            Content::Gzip | Content::Xz | Content::Zip => {
                let source = super::UnpackError::Nested {
                    what: "a compressed file",
                };
                return Err(ReadError::Unpack {
                    path: path.to_owned(),
                    source,
                });
            }
            Content::Parquet => Format::Parquet,
            Content::Vector(_) => Format::Gdal,
            Content::Json | Content::JsonSequence => Format::GeoJson,
            Content::Text => match promised {
                Some(Format::Csv | Format::Tsv) => return Ok(promised.unwrap_or(Format::Csv)),
                Some(Format::Gdal) if !detect::is_binary(extension) => return Ok(Format::Gdal),
                Some(_) => return wrong("is plain text", RENAME),
                None => Format::Csv,
            },
            Content::Unknown => match promised {
                Some(Format::Gdal) => return Ok(Format::Gdal),
                _ => return wrong("holds bytes of no format known here", RENAME),
            },
        },
    };
    let agrees = match promised {
        None => true,
        Some(format) if format == natural => true,
        Some(Format::GeoJson | Format::GeoJsonSeq) => {
            // Each reads the other's files where the content says so, and `.json` is also the
            // name of TopoJSON and Esri JSON.
            matches!(natural, Format::GeoJson | Format::GeoJsonSeq | Format::Gdal)
                && options.format.is_none()
                || matches!(natural, Format::GeoJson | Format::GeoJsonSeq)
        }
        Some(Format::Gdal) => options.format.is_some() && natural == Format::GeoJson,
        Some(_) => false,
    };
    if !agrees {
        return wrong(&format!("is {}", described(natural)), RENAME);
    }
    Ok(options.format.unwrap_or(natural))
}

fn described(format: Format) -> &'static str {
    match format {
        Format::GeoJson => "JSON",
        Format::GeoJsonSeq => "a sequence of JSON texts",
        Format::Csv => "a text table",
        Format::Tsv => "a tab-separated table",
        Format::Xlsx => "an XLSX workbook",
        Format::Gdal => "a vector format of GDAL",
        Format::Parquet => "Parquet",
    }
}

/// What each format's `open` gives.
pub(super) type OpenedRows = (FileInfo, Box<dyn RowSource>);

fn open_json(opening: Opening<'_>) -> Result<OpenedRows, ReadError> {
    let Opening {
        options,
        source,
        mut info,
        ..
    } = opening;
    let path = info.path.clone();
    let head = source.head(4).map_err(|error| io_error(&path, error))?;
    let (encoding, found) = match (
        text::byte_order_mark(&head),
        given_encoding(&path, options)?,
    ) {
        (Some((encoding, _)), _) => (encoding, EncodingFound::ByteOrderMark),
        (None, Some(encoding)) => (encoding, EncodingFound::Given),
        // RFC 8259, section 8.1.
        (None, None) => (encoding_rs::UTF_8, EncodingFound::Prescribed),
    };
    info.encoding = Some(EncodingInfo {
        name: encoding.name(),
        found,
    });
    let stream = || utf8_stream(&source, encoding);
    let opened = json::open(&path, info.format, options, &stream)?;
    info.crs = opened.crs;
    Ok((info, opened.rows))
}

/// The encoding that the options name.
pub(super) fn given_encoding(
    path: &Path,
    options: &ReadOptions,
) -> Result<Option<&'static Encoding>, ReadError> {
    let Some(label) = &options.encoding else {
        return Ok(None);
    };
    match text::by_label(label) {
        Some(encoding) => Ok(Some(encoding)),
        None => Err(ReadError::Option {
            path: path.to_owned(),
            option: "encoding",
            reason: format!(
                "`{label}` is no encoding of the WHATWG Encoding Standard; examples are utf-8, windows-1252, iso-8859-1"
            ),
        }),
    }
}

/// The text of a source as UTF-8 without a byte order mark. Text that is UTF-8 already passes
/// unchecked: the row that has a fault is to be named, and only the decoder knows the row.
pub(super) fn utf8_stream(
    source: &Source,
    encoding: &'static Encoding,
) -> std::io::Result<Box<dyn Read + Send>> {
    let mut stream = source.stream()?;
    if encoding != encoding_rs::UTF_8 {
        return Ok(Box::new(text::ToUtf8::new(stream, encoding)));
    }
    let mut start = Vec::with_capacity(3);
    stream.by_ref().take(3).read_to_end(&mut start)?;
    if text::byte_order_mark(&start).is_some() {
        start.clear();
    }
    Ok(Box::new(std::io::Cursor::new(start).chain(stream)))
}

/// Opens a file of the disk, for libraries that read files themselves.
pub(super) fn open_file(path: &Path, plain_file: &Path) -> Result<File, ReadError> {
    File::open(plain_file).map_err(|error| io_error(path, error))
}
