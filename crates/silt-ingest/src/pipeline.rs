//! Threads of an import and what flows between them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use silt_exchange::map::{Mapped, Mapper};
use silt_exchange::read::{Batch, FileInfo, Format, ReadError, ReadOptions, Reader, infer_columns};
use silt_exchange::record::{Record, Reject, Row};
use silt_index::regions::{RegionIndex, RegionRule};
use silt_model::{CollectionSchema, Feature, ImportReport, ReportEntry, Severity};
use silt_store::{FileSummary, Import, SourceInfo};

use crate::checks::place;
use crate::{ImportJob, IngestError, Mapping, Progress, file_name};

/// Pieces of the file (about 1 MB each) that may be under way at once.
const PIECES_UNDER_WAY: usize = 8;

/// What is known before the file is read.
pub(crate) struct Prepared {
    mapper: Mapper,
    schema: CollectionSchema,
    source: SourceInfo,
    read: ReadOptions,
    file_bytes: u64,
}

impl Prepared {
    /// Opens the file once to learn what it is, and fits the mapping to it.
    pub(crate) fn new(job: &ImportJob<'_>) -> Result<Self, IngestError> {
        let file_bytes = std::fs::metadata(&job.path).map_or(0, |metadata| metadata.len());
        let misfit = |source| IngestError::Map {
            file: file_name(&job.path),
            source,
        };
        match &job.mapping {
            Mapping::Recipe(recipe) => {
                let read = recipe.format.clone();
                let reader = Reader::open(&job.path, &read)?;
                let mapper =
                    Mapper::for_recipe(recipe, reader.info(), &job.edition).map_err(misfit)?;
                Ok(Prepared {
                    mapper,
                    schema: recipe.schema(),
                    source: recipe_source(recipe),
                    read,
                    file_bytes,
                })
            }
            Mapping::Plain {
                schema,
                source,
                read,
                columns,
            } => {
                let reader = Reader::open(&job.path, read)?;
                let mut columns = columns.clone();
                if has_text_cells(reader.info()) && columns.column_types.is_empty() {
                    columns.column_types = infer_columns(&job.path, read)?;
                }
                let mapper = Mapper::plain(&columns, reader.info()).map_err(misfit)?;
                Ok(Prepared {
                    mapper,
                    schema: schema.clone(),
                    source: source.clone(),
                    read: read.clone(),
                    file_bytes,
                })
            }
        }
    }

    /// Gives a record its meaning. A record that is marked synthetic never loses the mark: it is
    /// rejected where the source is not declared synthetic.
    fn map(&self, record: Record) -> Result<Mapped, Reject> {
        let row = record.row;
        let mapped = self.mapper.map(record)?;
        if mapped.synthetic && !self.source.synthetic {
            return Err(Reject {
                row,
                code: "synthetic_unmarked",
                field: Some("silt_synthetic".to_owned()),
                value: Some("true".to_owned()),
                reason: "the record is marked synthetic; import the file with --synthetic, so that it stays marked"
                    .to_owned(),
            });
        }
        Ok(mapped)
    }

    pub(crate) fn source_id(&self) -> &str {
        &self.source.id
    }

    pub(crate) fn source_info(&self) -> SourceInfo {
        self.source.clone()
    }

    pub(crate) fn schema(&self) -> CollectionSchema {
        self.schema.clone()
    }
}

/// Formats whose cells are text, so that their types must be found out.
fn has_text_cells(info: &FileInfo) -> bool {
    matches!(info.format, Format::Csv | Format::Tsv)
}

fn recipe_source(recipe: &silt_exchange::recipe::Recipe) -> SourceInfo {
    SourceInfo {
        id: recipe.id.clone(),
        title: recipe.title.clone(),
        publisher: recipe.publisher.clone(),
        licence: recipe.licence.clone(),
        citation: recipe.citation.clone(),
        url: recipe.homepage.clone(),
        synthetic: recipe.synthetic,
    }
}

/// A piece of the file with its place in the order.
struct Piece {
    order: u64,
    batch: Batch,
}

/// What became of a piece.
struct Done {
    order: u64,
    features: Vec<Feature>,
    rejects: Vec<ReportEntry>,
}

/// Runs the import to its end.
pub(crate) fn run(
    mut import: Box<dyn Import + '_>,
    regions: &RegionIndex,
    job: &ImportJob<'_>,
    prepared: &Prepared,
    sha256: String,
    progress: &mut dyn FnMut(Progress),
) -> Result<ImportReport, IngestError> {
    let rule = RegionRule::for_domain(prepared.schema.domain, job.coast_tolerance_km);
    // The reader takes a ticket for each piece and the store gives it back, which bounds what is
    // under way even when one piece takes far longer than those behind it.
    let (ticket_return, tickets) = bounded::<()>(PIECES_UNDER_WAY);
    for _ in 0..PIECES_UNDER_WAY {
        ticket_return.send(()).map_err(|_| internal(&job.path))?;
    }
    let (piece_sender, pieces) = bounded::<Piece>(PIECES_UNDER_WAY);
    let (done_sender, done) = bounded::<Done>(PIECES_UNDER_WAY);
    let bytes_read = AtomicU64::new(0);
    let worker_count = thread::available_parallelism().map_or(1, usize::from);

    let rows_read = thread::scope(|scope| {
        let bytes_read = &bytes_read;
        let reading = scope.spawn(move || {
            read_pieces(
                &job.path,
                &prepared.read,
                &tickets,
                &piece_sender,
                bytes_read,
            )
        });
        let mut workers = Vec::with_capacity(worker_count);
        for _ in 0..worker_count {
            let pieces = pieces.clone();
            let done_sender = done_sender.clone();
            workers.push(scope.spawn(move || work(&pieces, &done_sender, prepared, regions, rule)));
        }
        // The workers hold the other ends; the loop below ends when they are done.
        drop(pieces);
        drop(done_sender);

        let stored = store_in_order(import.as_mut(), &done, &ticket_return, &mut |rows| {
            progress(Progress {
                bytes_read: bytes_read.load(Ordering::Relaxed),
                bytes_total: prepared.file_bytes,
                rows,
            });
        });
        // Ends the other threads where the store stopped early.
        drop(done);
        drop(ticket_return);
        let read = reading.join().map_err(|_| internal(&job.path))?;
        for worker in workers {
            worker.join().map_err(|_| internal(&job.path))?;
        }
        let rows_stored = stored?;
        let rows_read = read?;
        // Every row is a feature or a reject; anything else would be a loss in silence.
        if rows_stored != rows_read {
            return Err(internal(&job.path));
        }
        Ok::<u64, IngestError>(rows_read)
    })?;

    for note in prepared.mapper.notes() {
        import.note(note);
    }
    Ok(import.finish(FileSummary { sha256, rows_read })?)
}

fn internal(path: &Path) -> IngestError {
    IngestError::Internal {
        file: file_name(path),
    }
}

/// Reads the file piece by piece; returns the number of rows.
fn read_pieces(
    path: &Path,
    options: &ReadOptions,
    tickets: &Receiver<()>,
    pieces: &Sender<Piece>,
    bytes_read: &AtomicU64,
) -> Result<u64, ReadError> {
    let mut reader = Reader::open(path, options)?;
    let mut order = 0;
    while tickets.recv().is_ok() {
        let Some(batch) = reader.next_batch()? else {
            break;
        };
        bytes_read.store(reader.bytes_read(), Ordering::Relaxed);
        if pieces.send(Piece { order, batch }).is_err() {
            break;
        }
        order += 1;
    }
    Ok(reader.rows_read())
}

/// Decodes, maps and places pieces until there are no more.
fn work(
    pieces: &Receiver<Piece>,
    done: &Sender<Done>,
    prepared: &Prepared,
    regions: &RegionIndex,
    rule: RegionRule,
) {
    for piece in pieces {
        let mut result = Done {
            order: piece.order,
            features: Vec::new(),
            rejects: Vec::new(),
        };
        for row in piece.batch.decode() {
            let mapped = match row {
                Row::Record(record) => prepared.map(record),
                Row::Reject(reject) => Err(reject),
            };
            match mapped {
                Ok(mapped) => result.features.push(place(mapped, regions, rule)),
                Err(reject) => result.rejects.push(rejected(reject)),
            }
        }
        if done.send(result).is_err() {
            return;
        }
    }
}

fn rejected(reject: Reject) -> ReportEntry {
    ReportEntry {
        row: reject.row,
        record_id: None,
        severity: Severity::Rejected,
        code: reject.code.to_owned(),
        field: reject.field,
        value: reject.value,
        reason: reject.reason,
    }
}

/// Hands finished pieces to the store in the order of the file; returns the number of rows.
fn store_in_order(
    import: &mut dyn Import,
    done: &Receiver<Done>,
    ticket_return: &Sender<()>,
    stored_rows: &mut dyn FnMut(u64),
) -> Result<u64, IngestError> {
    let mut waiting: BTreeMap<u64, Done> = BTreeMap::new();
    let mut next = 0;
    let mut rows = 0;
    for finished in done {
        waiting.insert(finished.order, finished);
        while let Some(in_turn) = waiting.remove(&next) {
            rows += (in_turn.features.len() + in_turn.rejects.len()) as u64;
            import.put(in_turn.features)?;
            if !in_turn.rejects.is_empty() {
                import.reject(in_turn.rejects)?;
            }
            next += 1;
            stored_rows(rows);
            // The reader may be gone already, with nothing more to read.
            let _ = ticket_return.send(());
        }
    }
    Ok(rows)
}
