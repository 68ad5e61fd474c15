use proptest::prelude::*;

use super::*;
use crate::test_data::{Row, schema, six, snapshot};

fn sort(text: &str) -> Sort {
    Sort::parse(text, &schema()).expect(text)
}

fn all(snapshot: &CollectionSnapshot) -> Rows {
    Rows::All(snapshot.len() as u32)
}

fn sorted_fids(text: &str) -> Vec<i64> {
    let snapshot = snapshot(&six());
    let page = page(&snapshot, &all(&snapshot), &sort(text), None, 100);
    assert_eq!(page.next, None);
    page.rows.iter().map(|row| snapshot.fid(*row)).collect()
}

#[test]
fn nulls_come_last_either_way() {
    assert_eq!(sorted_fids("height_m"), [4, 2, 5, 1, 6, 3]);
    assert_eq!(sorted_fids("-height_m"), [6, 1, 5, 2, 4, 3]);
    assert_eq!(sorted_fids("active,-year"), [5, 1, 2, 4, 6, 3]);
    assert_eq!(sorted_fids("date"), [6, 3, 2, 1, 5, 4]);
    assert_eq!(
        sorted_fids("-silt_source, +silt_record"),
        [1, 3, 5, 2, 4, 6]
    );
    assert_eq!(sorted_fids("-silt_id"), [5, 3, 1, 6, 4, 2]);
    assert_eq!(
        sorted_fids("-silt_synthetic,-silt_accuracy"),
        [1, 3, 5, 2, 4, 6]
    );
}

#[test]
fn what_cannot_be_sorted_by_is_refused() {
    let refused = |text: &str| Sort::parse(text, &schema()).expect_err(text);
    assert!(matches!(refused("hight_m"), SortError::UnknownProperty(_)));
    for name in ["tags", "geometry", "silt_flags", "-silt_regions"] {
        assert!(matches!(refused(name), SortError::NoOrder(_)), "{name}");
    }
    for text in ["", "-", "name,,year", "name,"] {
        assert_eq!(refused(text), SortError::Empty, "{text}");
    }
    assert_eq!(refused("name,-name"), SortError::Twice("name".to_owned()));
    assert!(matches!(
        refused(&"name,".repeat(100_000)),
        SortError::Twice(_)
    ));
}

#[test]
fn long_texts_are_cut_at_a_character() {
    assert_eq!(shortened("é"), "é");
    let long = format!("a{}", "é".repeat(200));
    assert_eq!(shortened(&long).len(), 255);
}

#[test]
fn a_page_of_nothing_is_empty() {
    let snapshot = snapshot(&six());
    let page = page(&snapshot, &all(&snapshot), &sort("name"), None, 0);
    assert_eq!(page.rows, Vec::<u32>::new());
    assert_eq!(page.next, None);
}

fn row() -> impl Strategy<Value = Row> {
    let name = prop::option::of("[ab]{0,2}");
    let height = prop::option::of((-3_i32..3).prop_map(f64::from));
    let flag = prop::option::of(any::<bool>());
    (1_i64..60, name, height, flag).prop_map(|(fid, name, height_m, active)| Row {
        fid,
        name,
        height_m,
        active,
        ..Row::default()
    })
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..40).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.fid);
        rows.dedup_by_key(|row| row.fid);
        rows
    })
}

fn pages(snapshot: &CollectionSnapshot, sort: &Sort, limit: usize) -> Vec<i64> {
    let mut fids = Vec::new();
    let mut cursor = None;
    loop {
        let page = page(snapshot, &all(snapshot), sort, cursor.as_ref(), limit);
        fids.extend(page.rows.iter().map(|row| snapshot.fid(*row)));
        match page.next {
            Some(next) => {
                // As it travels: through its text.
                let text = next.encode(3);
                cursor = Some(Cursor::decode(&text, 3, sort.keys().len()).expect("a cursor"));
            }
            None => return fids,
        }
    }
}

const SORTS: [&str; 5] = [
    "name",
    "-height_m,name",
    "active,-name",
    "-silt_record",
    "silt_id",
];

proptest! {
    #[test]
    fn pages_together_are_the_whole_in_order(rows in rows(), limit in 1_usize..7) {
        let snapshot = snapshot(&rows);
        for text in SORTS {
            let sort = sort(text);
            let whole = pages(&snapshot, &sort, 1000);
            prop_assert_eq!(whole.len(), rows.len());
            prop_assert_eq!(&pages(&snapshot, &sort, limit), &whole);
            let order = Order::new(&snapshot, &sort);
            let in_order = |pair: &[i64]| {
                let row = |fid: i64| snapshot.first_row_after(fid - 1);
                order.rows(row(pair[0]), row(pair[1])).is_lt()
            };
            prop_assert!(whole.windows(2).all(in_order));
        }
        let by_fid: Vec<i64> = rows.iter().map(|row| row.fid).collect();
        prop_assert_eq!(pages(&snapshot, &Sort::default(), limit), by_fid);
    }

    /// Rows that are in both states come exactly once, whatever is imported between two pages.
    #[test]
    fn imports_between_pages_shift_nothing(
        before in rows(),
        inserted in rows(),
        removed in prop::collection::vec(1_i64..60, 0..20),
        limit in 1_usize..7,
    ) {
        let mut after: Vec<Row> = before.clone();
        after.extend(inserted);
        after.sort_by_key(|row| row.fid);
        after.dedup_by_key(|row| row.fid);
        after.retain(|row| !removed.contains(&row.fid));
        let kept: Vec<i64> = {
            let own: Vec<i64> = before.iter().map(|row| row.fid).collect();
            after.iter().map(|row| row.fid).filter(|fid| own.contains(fid)).collect()
        };
        let (old, new) = (snapshot(&before), snapshot(&after));
        for sort in SORTS.map(sort).into_iter().chain([Sort::default()]) {
            let first = page(&old, &all(&old), &sort, None, limit);
            let mut fids: Vec<i64> = first.rows.iter().map(|row| old.fid(*row)).collect();
            if let Some(cursor) = first.next {
                let rest = page(&new, &all(&new), &sort, Some(&cursor), 1000);
                fids.extend(rest.rows.iter().map(|row| new.fid(*row)));
            }
            for fid in &kept {
                prop_assert_eq!(fids.iter().filter(|own| *own == fid).count(), 1);
            }
        }
    }
}
