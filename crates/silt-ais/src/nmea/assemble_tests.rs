use super::*;

fn part(part: u8, parts: u8, sequence: u8, payload: &[u8]) -> Sentence<'_> {
    Sentence {
        talker: *b"AI",
        parts,
        part,
        sequence,
        channel: b'A',
        payload,
        fill_bits: part,
        trailing_ms: None,
    }
}

#[test]
fn interleaved_messages_are_told_apart_and_keep_the_first_time() {
    let mut assembler = Assembler::new(10);
    let mut given_up = Vec::new();
    let mut add = |sentence: &Sentence<'static>, time_ms, line| {
        assembler.add(sentence, time_ms, line, &mut given_up)
    };
    assert_eq!(add(&part(1, 2, b'1', b"a"), Some(5), 1), Assembled::Waiting);
    assert_eq!(add(&part(1, 2, b'2', b"c"), None, 2), Assembled::Waiting);
    let first = add(&part(2, 2, b'1', b"b"), Some(6), 3);
    assert_eq!(
        first,
        Assembled::Message {
            payload: Cow::Borrowed(b"ab"),
            fill_bits: 2,
            time_ms: Some(5)
        }
    );
    let second = add(&part(2, 2, b'2', b"d"), Some(7), 4);
    assert_eq!(
        second,
        Assembled::Message {
            payload: Cow::Borrowed(b"cd"),
            fill_bits: 2,
            time_ms: Some(7)
        }
    );
    assert!(given_up.is_empty());
}

#[test]
fn parts_that_are_missing_or_out_of_order() {
    let mut assembler = Assembler::new(10);
    let mut given_up = Vec::new();
    assert_eq!(
        assembler.add(&part(2, 2, b'1', b"b"), None, 1, &mut given_up),
        Assembled::Orphan
    );
    // Begun twice: the first beginning is given up.
    assembler.add(&part(1, 3, b'1', b"a"), None, 2, &mut given_up);
    assembler.add(&part(1, 3, b'1', b"a"), None, 3, &mut given_up);
    assert_eq!(
        given_up,
        [GivenUp {
            lines: vec![2],
            parts: 3
        }]
    );
    // The second part is missing.
    given_up.clear();
    assert_eq!(
        assembler.add(&part(3, 3, b'1', b"c"), None, 4, &mut given_up),
        Assembled::Orphan
    );
    assert_eq!(
        given_up,
        [GivenUp {
            lines: vec![3],
            parts: 3
        }]
    );
    // Never completed.
    given_up.clear();
    assembler.add(&part(1, 2, b'5', b"a"), None, 5, &mut given_up);
    for line in 6..16 {
        assembler.add(&part(1, 1, 0, b"x"), None, line, &mut given_up);
    }
    assert!(given_up.is_empty());
    assembler.add(&part(1, 1, 0, b"x"), None, 16, &mut given_up);
    assert_eq!(
        given_up,
        [GivenUp {
            lines: vec![5],
            parts: 2
        }]
    );
    assembler.add(&part(1, 2, b'6', b"a"), None, 17, &mut given_up);
    assert_eq!(
        assembler.finish(),
        [GivenUp {
            lines: vec![17],
            parts: 2
        }]
    );
}
