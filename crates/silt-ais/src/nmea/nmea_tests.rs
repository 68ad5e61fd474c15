use proptest::prelude::*;

use super::*;
use crate::batch::Received;
use crate::options::FeedOptions;

const PGHP: &str = "$PGHP,1,2013,11,12,12,0,0,11,219,,2190067,1,62*26\n";
const POSITION: &str = "!BSVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0*62\n";
const TAG: &str = "\\c:1384257600*51\\";
const STATIC_1: &str =
    "!BSVDM,2,1,1,B,53uRcl02<VQA<A5B22098U=@tj2222222222220N3`?5540Ht@4jhAiC,0*62\n";
const STATIC_2: &str = "!BSVDM,2,2,1,B,`88888888888880,2*67\n";

fn read_log(log: &[u8]) -> (Received, FeedReport) {
    let checks = Checks::new(FeedOptions::default());
    let mut received = Received::default();
    let report = read(log, &checks, &mut received).expect("a log in memory is read");
    assert!(report.is_balanced(), "{report:?}");
    (received, report)
}

#[test]
fn a_stamp_belongs_to_the_sentence_after_it_and_to_no_other() {
    let (received, report) = read_log(format!("{PGHP}{POSITION}{POSITION}").as_bytes());
    assert_eq!(received.positions.time_ms, [1_384_257_600_011]);
    assert_eq!(report.refused.of(Refusal::TimeMissing), 1);
    let consumed = format!("{PGHP}$PSTT,30A,20131112,120000*6D\n{POSITION}");
    assert_eq!(
        read_log(consumed.as_bytes())
            .1
            .refused
            .of(Refusal::TimeMissing),
        1
    );
    let damaged = format!("{PGHP}!BSVDM,1,1,,A,13@:`L001N0d\n{POSITION}");
    let (_, report) = read_log(damaged.as_bytes());
    assert_eq!(report.refused.of(Refusal::ChecksumMissing), 1);
    assert_eq!(report.refused.of(Refusal::TimeMissing), 1);
    let with_tag = format!("\\si:AISD*3F\\\r\n{PGHP}{POSITION}");
    assert_eq!(read_log(with_tag.as_bytes()).1.positions, 1);
}

#[test]
fn a_tag_block_gives_the_time_of_its_sentence() {
    let log = format!("{TAG}{POSITION}");
    let (received, report) = read_log(log.as_bytes());
    assert_eq!(
        received.positions.time_ms,
        [1_384_257_600_000],
        "{report:?}"
    );
    let wrong = format!("\\c:1384257600*00\\{POSITION}");
    let (_, report) = read_log(wrong.as_bytes());
    assert_eq!(report.notes.of(Note::TagBlockInvalid), 1);
    assert_eq!(report.refused.of(Refusal::TimeMissing), 1);
}

#[test]
fn a_message_of_two_parts() {
    let (received, report) = read_log(format!("{PGHP}{STATIC_1}{STATIC_2}").as_bytes());
    assert_eq!(received.statics.len(), 1);
    assert_eq!(received.statics[0].time_ms, Some(1_384_257_600_011));
    assert_eq!((report.static_only, report.static_reports), (1, 1));
    assert_eq!(report.others.of(Other::Part), 1);
}

#[test]
fn parts_that_never_come_are_refused_with_their_lines() {
    let log = format!("{PGHP}{STATIC_1}{PGHP}{POSITION}{STATIC_2}{STATIC_2}{PGHP}{STATIC_1}");
    let (_, report) = read_log(log.as_bytes());
    assert_eq!(report.static_only, 1);
    assert_eq!(report.refused.of(Refusal::PartsMissing), 2);
    let lines: Vec<u64> = report
        .refused_examples
        .iter()
        .map(|example| example.line)
        .collect();
    assert_eq!(lines, [6, 8]);
}

#[test]
fn garbage_is_counted() {
    let mut log = b"\x00\xff\xfe binary\n\n# comment\n<html>\n".to_vec();
    log.extend(vec![b'!'; 1_000_000]);
    log.push(b'\n');
    log.extend(format!("{PGHP}{}", POSITION.replace("*62", "*63")).bytes());
    let (_, report) = read_log(&log);
    assert_eq!(report.lines_read, 7);
    assert_eq!(report.refused.of(Refusal::NotASentence), 2);
    assert_eq!(report.refused.of(Refusal::LineTooLong), 1);
    assert_eq!(report.refused.of(Refusal::ChecksumWrong), 1);
    assert_eq!(report.others.of(Other::Blank), 1);
    assert_eq!(report.others.of(Other::Comment), 1);
    assert!(
        report
            .refused_examples
            .iter()
            .all(|example| example.value.len() <= 240)
    );
}

#[test]
fn logs_are_recognised() {
    assert!(looks_like_a_log(
        format!("\\si:AISD*3F\\\r\n{PGHP}").as_bytes()
    ));
    assert!(looks_like_a_log(format!("garbage\n{POSITION}").as_bytes()));
    assert!(!looks_like_a_log(b"mmsi,time\n1,2\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_line_of_any_mixture_is_accounted_for(
        pieces in proptest::collection::vec(0_usize..7, 0..40), noise in ".{0,30}"
    ) {
        let log: String = pieces
            .iter()
            .map(|piece| match piece {
                0 => PGHP,
                1 => POSITION,
                2 => STATIC_1,
                3 => STATIC_2,
                4 => TAG,
                5 => "\n",
                _ => noise.as_str(),
            })
            .collect();
        read_log(log.as_bytes());
    }

    #[test]
    fn no_bytes_panic(log in proptest::collection::vec(any::<u8>(), 0..500)) {
        read_log(&log);
    }
}
