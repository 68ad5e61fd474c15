use proptest::prelude::*;

use super::*;

const SHORT: &[u8] = b"!BSVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0*62";

#[test]
fn an_ais_sentence() {
    let Ok(Content::Ais(sentence)) = parse(SHORT) else {
        panic!("a sentence of the Danish log is read");
    };
    assert_eq!(&sentence.talker, b"BS");
    assert_eq!(
        (sentence.parts, sentence.part, sentence.sequence),
        (1, 1, 0)
    );
    assert_eq!((sentence.channel, sentence.fill_bits), (b'A', 0));
    assert_eq!(sentence.payload.len(), 28);
    assert_eq!(sentence.trailing_ms, None);
}

#[test]
fn times_before_and_behind_a_sentence() {
    let stamp = parse(b"$PGHP,1,2013,11,12,12,0,0,11,219,,2190067,1,62*26");
    assert_eq!(stamp, Ok(Content::Stamp(1_384_257_600_011)));
    for (behind, expected) in [
        (&b",1412524603"[..], Some(1_412_524_603_000)),
        (
            b",s22161,d-097,T29.07,rCORMS,1412524603",
            Some(1_412_524_603_000),
        ),
        (b",1412524603123", Some(1_412_524_603_123)),
        (b",rCORMS", None),
        (b"", None),
    ] {
        let line = [SHORT, behind].concat();
        let Ok(Content::Ais(sentence)) = parse(&line) else {
            panic!("what follows the checksum is no mistake");
        };
        assert_eq!(sentence.trailing_ms, expected);
    }
}

#[test]
fn tag_blocks() {
    let (tag, rest) = TagBlock::split(b"\\si:AISD*3F\\!AIVDM").expect("a tag block");
    assert_eq!(tag, TagBlock::Valid { time_ms: None });
    assert_eq!(rest, b"!AIVDM");
    let fields = b"s:r003669945,c:1120959341";
    let text = format!(
        "\\{}*{:02X}\\",
        String::from_utf8_lossy(fields),
        exclusive_or(fields)
    );
    let (tag, _) = TagBlock::split(text.as_bytes()).expect("a tag block");
    assert_eq!(
        tag,
        TagBlock::Valid {
            time_ms: Some(1_120_959_341_000)
        }
    );
    let (tag, _) = TagBlock::split(b"\\s:x,c:1120959341*00\\").expect("a tag block");
    assert_eq!(tag, TagBlock::Invalid);
    assert_eq!(TagBlock::split(b"\\never closed"), None);
}

#[test]
fn other_lines() {
    assert_eq!(
        parse(b"$PSTT,30A,20131112,120000*6D"),
        Ok(Content::Proprietary)
    );
    assert_eq!(parse(b"# a comment"), Ok(Content::Comment));
    let gga = b"GPGGA,1";
    let line = format!("$GPGGA,1*{:02X}", exclusive_or(gga));
    assert_eq!(parse(line.as_bytes()), Ok(Content::OtherSentence));
}

#[test]
fn damaged_lines() {
    assert_eq!(
        parse(b"!BSVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0*63"),
        Err(Refusal::ChecksumWrong)
    );
    assert_eq!(
        parse(b"!BSVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0"),
        Err(Refusal::ChecksumMissing)
    );
    assert_eq!(
        parse(b"!BSVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0*6"),
        Err(Refusal::ChecksumMissing)
    );
    assert_eq!(parse(b"<html>"), Err(Refusal::NotASentence));
    assert_eq!(
        parse(b"!\xff\x00\x01\x02\x03\x04"),
        Err(Refusal::NotASentence)
    );
    assert_eq!(parse(b""), Err(Refusal::NotASentence));
    for body in [
        "AIVDM,1,2,,A,x,0",
        "AIVDM,0,0,,A,x,0",
        "AIVDM,1,1,,A,x,6",
        "AIVDM,1,1,,A",
    ] {
        let line = format!("!{body}*{:02X}", exclusive_or(body.as_bytes()));
        assert_eq!(
            parse(line.as_bytes()),
            Err(Refusal::SentenceMalformed),
            "{body}"
        );
    }
}

proptest! {
    #[test]
    fn no_line_panics(line in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = parse(&line);
        let _ = TagBlock::split(&line);
    }

    #[test]
    fn no_field_panics(body in "(AIVDM|PGHP,1|BSVDO),[0-9,:a-z]{0,40}", behind in "[,0-9.]{0,20}") {
        let line = format!("!{body}*{:02X}{behind}", exclusive_or(body.as_bytes()));
        let _ = parse(line.as_bytes());
    }
}
