//! Applies the observations of one import to the records of its source.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use rusqlite::{Connection, Statement, params};
use xxhash_rust::xxh3::xxh3_128;

use super::blob::{self, Envelope};
use super::bulk_rtree::{self, Cell};
use super::ddl;
use super::fault::Fault;
use super::history::{self, Editions, RecordKey};
use super::layout::{Layout, quoted};
use super::rows::{RowHead, bind};
use crate::state::State;
use crate::tally::Outcome;

/// How an edition relates to what the store has of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The first edition of its source.
    First,
    /// Newer than everything known of the source.
    Newest,
    /// Older than something known, or a second file for an edition that is known.
    Between,
}

/// How the R-tree follows the rows.
enum RtreeUpkeep {
    /// Row by row, by the triggers.
    Triggers,
    /// Built at the end from the boxes of all rows, which are all of this import.
    Collected(Vec<Cell>, Option<Envelope>),
    /// Built at the end from the table.
    Rescan,
}

/// Below so many changed rows the triggers do the work.
const MIN_ROWS_FOR_REBUILD: u64 = 5_000;
/// The tree is rebuilt when at least a quarter of it would change.
const REBUILD_FRACTION: u64 = 4;

/// A record id as 16 bytes; a collision among even a billion ids has odds of one in 10^20.
pub(super) fn record_hash(record: &str) -> u128 {
    xxh3_128(record.as_bytes())
}

/// Record ids of an edition, as hashes.
pub(super) type Seen = HashSet<u128, BuildHasherDefault<AlreadyHashed>>;

/// Takes a hash for what it is instead of hashing it again.
#[derive(Default)]
pub(super) struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(word);
        }
    }
}

/// Writes the records of one edition.
pub(super) struct EditionWriter {
    pub(super) layout: Layout,
    pub(super) source: String,
    pub(super) synthetic: bool,
    pub(super) edition: String,
    pub(super) edition_id: i64,
    pub(super) partial: bool,
    pub(super) place: Place,
    /// Editions of the source besides this one.
    pub(super) editions: Editions,
    /// Records whose change log is derived anew.
    pub(super) touched: Vec<Box<str>>,
    next_fid: i64,
    features_before: u64,
    features_delta: i64,
    rows_written: u64,
    rtree: RtreeUpkeep,
    index_dropped: bool,
}

impl EditionWriter {
    #[expect(
        clippy::too_many_arguments,
        reason = "the facts of one edition, named at the call"
    )]
    pub(super) fn begin(
        conn: &Connection,
        layout: Layout,
        source: String,
        synthetic: bool,
        edition: String,
        edition_id: i64,
        partial: bool,
        place: Place,
        editions: Editions,
    ) -> Result<EditionWriter, Fault> {
        let (features_before, next_fid): (u64, i64) = conn.query_row(
            "SELECT features, next_fid FROM silt_collection WHERE id = ?1",
            [&layout.collection],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut writer = EditionWriter {
            layout,
            source,
            synthetic,
            edition,
            edition_id,
            partial,
            place,
            editions,
            touched: Vec::new(),
            next_fid,
            features_before,
            features_delta: 0,
            rows_written: 0,
            rtree: RtreeUpkeep::Triggers,
            index_dropped: false,
        };
        if place == Place::First && features_before == 0 {
            ddl::drop_rtree_triggers(conn, &writer.layout.collection)?;
            ddl::drop_record_index(conn, &writer.layout.collection)?;
            writer.rtree = RtreeUpkeep::Collected(Vec::new(), None);
            writer.index_dropped = true;
        }
        Ok(writer)
    }

    fn key<'a>(&'a self, record: &'a str) -> RecordKey<'a> {
        RecordKey {
            source: &self.source,
            record,
            synthetic: self.synthetic,
        }
    }

    /// Applies what the edition shows of a record; `None` is absence.
    pub(super) fn apply(
        &mut self,
        conn: &Connection,
        record: &str,
        state: Option<State>,
    ) -> Result<Outcome, Fault> {
        self.mention(conn, record)?;
        match (self.place, state) {
            (Place::First, None) => Ok(Outcome::Nothing),
            (Place::First, Some(state)) => {
                let mut insert = conn.prepare_cached(&self.layout.insert_sql)?;
                self.insert(conn, &mut insert, record, &state)?;
                Ok(Outcome::Created)
            }
            (Place::Newest, state) => self.append(conn, record, state),
            (Place::Between, state) => self.insert_between(conn, record, state, false),
        }
    }

    /// Applies a record of the first edition of its source, with the statement of `insert_sql`.
    pub(super) fn insert_first(
        &mut self,
        conn: &Connection,
        insert: &mut Statement<'_>,
        record: &str,
        state: &State,
    ) -> Result<Outcome, Fault> {
        self.mention(conn, record)?;
        self.insert(conn, insert, record, state)?;
        Ok(Outcome::Created)
    }

    /// Remembers that a partial edition speaks of a record.
    fn mention(&self, conn: &Connection, record: &str) -> Result<(), Fault> {
        if self.partial {
            conn.prepare_cached("INSERT INTO silt_mention VALUES (?1, ?2)")?
                .execute(params![record, self.edition_id])?;
        }
        Ok(())
    }

    /// Takes back what a replaced file of this edition said of a record.
    pub(super) fn forget(&mut self, conn: &Connection, record: &str) -> Result<(), Fault> {
        self.insert_between(conn, record, None, true)?;
        Ok(())
    }

    fn insert(
        &mut self,
        conn: &Connection,
        insert: &mut Statement<'_>,
        record: &str,
        state: &State,
    ) -> Result<(), Fault> {
        let head = RowHead {
            fid: self.next_fid,
            source: &self.source,
            record,
            facts_since: &self.edition,
            observed: &self.edition,
            synthetic: self.synthetic,
        };
        bind(insert, &self.layout, head, state)?;
        insert.raw_execute()?;
        if let (RtreeUpkeep::Collected(cells, whole), Some(bytes)) =
            (&mut self.rtree, &state.geometry)
            && let Some(envelope) = blob::envelope(bytes)?
        {
            cells.push(Cell::new(self.next_fid, envelope));
            *whole = Some(union(*whole, envelope));
        }
        self.next_fid += 1;
        self.features_delta += 1;
        self.row_written(conn)
    }

    fn append(
        &mut self,
        conn: &Connection,
        record: &str,
        state: Option<State>,
    ) -> Result<Outcome, Fault> {
        let key = self.key(record);
        let current = history::current(conn, &self.layout, key)?;
        match (current, state) {
            (None, None) => Ok(Outcome::Nothing),
            (None, Some(state)) => {
                conn.prepare_cached(
                    "UPDATE silt_history SET until_edition = ?3
                     WHERE source = ?1 AND record = ?2 AND until_edition IS NULL",
                )?
                .execute([&self.source, record, &self.edition])?;
                let mut insert = conn.prepare_cached(&self.layout.insert_sql)?;
                self.insert(conn, &mut insert, record, &state)?;
                self.touched.push(record.into());
                Ok(Outcome::Created)
            }
            (Some(current), None) => {
                let until = Some(self.edition.as_str());
                let layout = &self.layout;
                let old = Some(&current.state);
                history::insert_history(conn, layout, key, &current.observed, until, old)?;
                history::insert_history(conn, layout, key, &self.edition, None, None)?;
                history::delete_row(conn, layout, current.fid)?;
                self.features_delta -= 1;
                self.touched.push(record.into());
                self.row_written(conn)?;
                Ok(Outcome::Removed)
            }
            (Some(current), Some(state)) if current.state == state => Ok(Outcome::Unchanged),
            (Some(current), Some(state)) => {
                let until = Some(self.edition.as_str());
                let old = Some(&current.state);
                history::insert_history(conn, &self.layout, key, &current.observed, until, old)?;
                let facts_since = if current.state.same_facts(&state) {
                    &current.facts_since
                } else {
                    &self.edition
                };
                let head = RowHead {
                    fid: current.fid,
                    source: &self.source,
                    record,
                    facts_since,
                    observed: &self.edition,
                    synthetic: self.synthetic,
                };
                history::update_row(conn, &self.layout, head, &state)?;
                self.touched.push(record.into());
                self.row_written(conn)?;
                Ok(Outcome::Updated)
            }
        }
    }

    fn insert_between(
        &mut self,
        conn: &Connection,
        record: &str,
        state: Option<State>,
        forget: bool,
    ) -> Result<Outcome, Fault> {
        let key = self.key(record);
        let loaded = history::load(conn, &self.layout, key)?;
        let next = self.editions.next_after(conn, key, &self.edition)?;
        let before = loaded.timeline.before(&self.edition);
        let outcome = match (before, &state) {
            (None, None) => Outcome::Nothing,
            (None, Some(_)) => Outcome::Created,
            (Some(_), None) => Outcome::Removed,
            (Some(before), Some(state)) if before == state => Outcome::Unchanged,
            (Some(_), Some(_)) => Outcome::Updated,
        };
        let mut timeline = loaded.timeline.clone();
        if forget {
            timeline.forget(&self.edition, next.as_deref());
        } else {
            timeline.observe(&self.edition, state, next.as_deref());
        }
        let mut next_fid = self.next_fid;
        let delta = history::store(conn, &self.layout, key, &mut next_fid, &loaded, &timeline)?;
        self.next_fid = next_fid;
        self.features_delta += delta;
        self.row_written(conn)?;
        Ok(outcome)
    }

    /// Goes over to building the R-tree at the end once that is cheaper.
    fn row_written(&mut self, conn: &Connection) -> Result<(), Fault> {
        self.rows_written += 1;
        if matches!(self.rtree, RtreeUpkeep::Triggers)
            && self.rows_written > MIN_ROWS_FOR_REBUILD
            && self.rows_written * REBUILD_FRACTION > self.features_before
        {
            ddl::drop_rtree_triggers(conn, &self.layout.collection)?;
            self.rtree = RtreeUpkeep::Rescan;
        }
        Ok(())
    }

    /// Records of the source that the store knows: all, or only those that are present now.
    pub(super) fn known_records(
        &self,
        conn: &Connection,
        with_history: bool,
        except: &Seen,
    ) -> Result<Vec<String>, Fault> {
        let table = quoted(&self.layout.collection);
        let mut sql = format!("SELECT silt_record FROM {table} WHERE silt_source = ?1");
        if with_history {
            sql.push_str(" UNION SELECT record FROM silt_history WHERE source = ?1");
        }
        let mut statement = conn.prepare(&sql)?;
        let mut rows = statement.query([&self.source])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            let record = row.get_ref(0)?.as_str().unwrap_or_default();
            if !except.contains(&record_hash(record)) {
                records.push(record.to_owned());
            }
        }
        Ok(records)
    }

    /// Brings the change log up to date, after this edition's mask is stored.
    pub(super) fn derive_changes(&mut self, conn: &Connection) -> Result<(), Fault> {
        let editions = Editions::load(conn, &self.source)?;
        let records: Vec<Box<str>> = match self.place {
            // Nothing is older, and a first edition adds nothing to the log.
            Place::First => return Ok(()),
            Place::Newest => {
                let mut records = std::mem::take(&mut self.touched);
                if !editions.uniform() {
                    // A field may be back that an edition lacked, and its value may have changed
                    // to null meanwhile, which leaves no trace in the states.
                    let mut statement =
                        conn.prepare("SELECT DISTINCT record FROM silt_history WHERE source = ?1")?;
                    let mut rows = statement.query([&self.source])?;
                    while let Some(row) = rows.next()? {
                        records.push(row.get(0)?);
                    }
                    records.sort_unstable();
                    records.dedup();
                }
                records
            }
            // The neighbours of this edition have a new neighbour, perhaps a new first edition.
            Place::Between => {
                // Also of records that only a replaced file of this edition had.
                conn.execute("DELETE FROM silt_change WHERE source = ?1", [&self.source])?;
                let known = self.known_records(conn, true, &Seen::default())?;
                known.into_iter().map(String::into_boxed_str).collect()
            }
        };
        for record in &records {
            history::rewrite_changes(conn, &self.layout, &editions, self.key(record))?;
        }
        Ok(())
    }

    /// Rebuilds what was left aside and writes the counts and bounds of the collection.
    pub(super) fn finish(&mut self, conn: &Connection) -> Result<(), Fault> {
        let id = self.layout.collection.clone();
        if self.index_dropped {
            ddl::create_record_index(conn, &id)?;
        }
        let upkeep = std::mem::replace(&mut self.rtree, RtreeUpkeep::Triggers);
        let bounds = match upkeep {
            RtreeUpkeep::Triggers => super::extent::of_collection(conn, &id)?,
            RtreeUpkeep::Collected(cells, bounds) => {
                bulk_rtree::build(conn, &format!("rtree_{id}_geom"), cells)?;
                ddl::create_rtree_triggers(conn, &id)?;
                bounds
            }
            RtreeUpkeep::Rescan => {
                let (cells, bounds) = super::extent::boxes_of_table(conn, &id)?;
                bulk_rtree::build(conn, &format!("rtree_{id}_geom"), cells)?;
                ddl::create_rtree_triggers(conn, &id)?;
                bounds
            }
        };
        super::extent::write_contents(conn, &id, bounds)?;
        let features = self
            .features_before
            .saturating_add_signed(self.features_delta);
        conn.execute(
            "UPDATE silt_collection SET features = ?2, next_fid = ?3 WHERE id = ?1",
            params![id, features, self.next_fid],
        )?;
        Ok(())
    }

    /// How many rows of the collection were written.
    pub(super) fn rows_written(&self) -> u64 {
        self.rows_written
    }
}

pub(super) fn union(whole: Option<Envelope>, part: Envelope) -> Envelope {
    match whole {
        None => part,
        Some(whole) => [
            whole[0].min(part[0]),
            whole[1].max(part[1]),
            whole[2].min(part[2]),
            whole[3].max(part[3]),
        ],
    }
}
