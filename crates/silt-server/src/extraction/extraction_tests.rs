use silt_dredging::Config;
use silt_extraction::archive::Archive;
use silt_extraction::detect::Detection;
use silt_extraction::tables::TableWriter;
use silt_index::regions::{RegionIndex, RegionRule};

use super::*;

/// A data folder with an archive without positions.
struct Data(tempfile::TempDir);

impl Data {
    fn new() -> Data {
        Data(tempfile::tempdir().expect("a folder"))
    }

    /// Writes a detection that found nothing; the thresholds tell one from another.
    fn detect(&self, config: &Config) {
        let archive = Archive::open(&self.0.path().join("ais"), Some(1)).expect("an archive");
        let folder = self.0.path().join("dredging");
        let rule = RegionRule::default();
        let writer = TableWriter::new(&folder, RegionIndex::bundled(), rule).expect("begun");
        let written = writer.finish(&archive, &Detection::default(), config);
        written.expect("written");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join("dredging").join(name)
    }
}

fn other_config() -> Config {
    let mut other = Config::default();
    other.candidates.review_score += 0.5;
    other
}

#[test]
fn a_detection_is_seen_when_it_is_whole() {
    let data = Data::new();
    let extraction = Extraction::new(data.0.path(), 100);
    assert_eq!(extraction.current().err(), Some(NoData::Nothing));
    data.detect(&Config::default());
    let first = extraction.current().expect("a detection");
    let again = extraction.current().expect("a detection");
    assert!(Arc::ptr_eq(&first, &again), "it was read twice");

    // Another program has exchanged one file of the next detection, and not yet the others.
    let events = std::fs::read(data.file("events.parquet")).expect("a file");
    std::fs::write(data.file("events.parquet"), &events[1..]).expect("written");
    let info = std::fs::read(data.file(INFO_FILE)).expect("a file");
    std::fs::write(data.file(".new"), &info).expect("written");
    std::fs::rename(data.file(".new"), data.file(INFO_FILE)).expect("renamed");
    let meanwhile = extraction.current().expect("the one before");
    assert!(Arc::ptr_eq(&first, &meanwhile));
    // A program that starts now has none before.
    let fresh = Extraction::new(data.0.path(), 100);
    assert_eq!(fresh.current().err(), Some(NoData::Unreadable));

    data.detect(&other_config());
    let next = extraction.current().expect("a detection");
    assert_ne!(next.tag, first.tag);
    std::fs::remove_file(data.file(INFO_FILE)).expect("removed");
    assert_eq!(extraction.current().err(), Some(NoData::Nothing));
}

#[test]
fn answers_are_kept_by_detection_regions_and_question() {
    let data = Data::new();
    data.detect(&Config::default());
    let extraction = Extraction::new(data.0.path(), 100);
    let held = extraction.current().expect("a detection");
    let regions = RegionSet::bundled();
    let ask = |held: &Held, version: u64, question: &Question| {
        let totals = extraction.totals(held, &regions, version, question, &Bounds::default());
        totals.expect("totals")
    };
    let question = Question::default();
    let first = ask(&held, 1, &question);
    assert!(Arc::ptr_eq(&first, &ask(&held, 1, &question)));
    assert!(!Arc::ptr_eq(&first, &ask(&held, 2, &question)));
    let mut other = question.clone();
    other.settings.seed = 2;
    assert!(!Arc::ptr_eq(&first, &ask(&held, 1, &other)));
    data.detect(&other_config());
    let newer = extraction.current().expect("a detection");
    assert!(!Arc::ptr_eq(&first, &ask(&newer, 1, &question)));

    let wrong = Question {
        region: Some("iso3:XXX".to_owned()),
        ..question.clone()
    };
    let refused = extraction.totals(&held, &regions, 1, &wrong, &Bounds::default());
    assert!(matches!(refused, Err(NoTotals::Input(error)) if error.input == "region"));
    let stop = Bounds {
        watch: &|_, _| false,
        ..Bounds::default()
    };
    let stopped = extraction.totals(&held, &regions, 3, &question, &stop);
    assert_eq!(stopped.err(), Some(NoTotals::Stopped));
}
