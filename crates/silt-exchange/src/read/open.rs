//! From a path to a reader: what the file is, what is inside it, and who reads it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::detect::{self, Content, HEAD_BYTES};
use super::unpack::{Packing, Source, UnpackError, ZipMember, zip_members};
use super::{
    Compression, EncodingFound, EncodingInfo, FileInfo, Format, ReadError, ReadOptions, Reader, RowSource, io_error,
    json, text,
};

/// An opened file on its way to its format's reader.
pub(super) struct Opening<'o> {
    pub(super) source: Source,
    pub(super) options: &'o ReadOptions,
    /// The first unpacked bytes.
    pub(super) head: Vec<u8>,
    /// Extension of the file, or of the member that is read.
    pub(super) extension: String,
    pub(super) info: FileInfo,
}

pub(super) fn open(path: &Path, options: &ReadOptions) -> Result<Reader, ReadError> {
    let byte_length = check_path(path)?;
    let read_head = |source: &Source| source.head(HEAD_BYTES).map_err(|error| io_error(path, error));
    let plain = Source::new(path, Packing::Plain, &options.limits);
    let outer_head = read_head(&plain)?;
    let outer = detect::sniff(&outer_head);
    let packing = match outer {
        Content::Gzip => Packing::Gzip,
        Content::Xz => Packing::Xz,
        Content::Zip => {
            let members = members_of(path)?;
            match Archive::of(&members) {
                Archive::Workbook => Packing::Plain,
                _ => todo!(),
            }
        }
        _ => Packing::Plain,
    };
    todo!()
}
