use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn boxes_round_outwards(value in -1e6..1e6_f64) {
        prop_assert!(f64::from(down(value)) <= value);
        prop_assert!(f64::from(up(value)) >= value);
        prop_assert!(f64::from(up(value)) - f64::from(down(value)) <= value.abs() * 3e-7 + 1e-30);
    }

    #[test]
    fn a_built_tree_finds_what_a_loop_finds(
        points in prop::collection::vec((-180.0..180.0_f64, -90.0..90.0_f64), 0..3000),
        west in -180.0..180.0_f64,
        south in -90.0..90.0_f64,
    ) {
        let conn = Connection::open_in_memory().expect("a database");
        conn.execute_batch("CREATE VIRTUAL TABLE r USING rtree(id, minx, maxx, miny, maxy)")
            .expect("a tree");
        let cells: Vec<Cell> = (1..)
            .zip(&points)
            .map(|(fid, (x, y))| Cell::new(fid, [*x, *x, *y, *y]))
            .collect();
        build(&conn, "r", cells).expect("built");
        let checked: String = conn
            .query_row("SELECT rtreecheck('r')", [], |row| row.get(0))
            .expect("a check");
        prop_assert_eq!(checked, "ok");
        let (east, north) = (west + 60.0, south + 40.0);
        let mut statement = conn
            .prepare("SELECT id FROM r WHERE minx <= ?2 AND maxx >= ?1 AND miny <= ?4 AND maxy >= ?3 ORDER BY id")
            .expect("a query");
        let sides = [down(west), up(east), down(south), up(north)].map(f64::from);
        let found: Vec<i64> = statement
            .query_map(sides, |row| row.get(0))
            .expect("rows")
            .collect::<Result<_, _>>()
            .expect("ids");
        for (fid, (x, y)) in (1..).zip(&points) {
            let inside = *x >= west && *x <= east && *y >= south && *y <= north;
            if inside {
                prop_assert!(found.binary_search(&fid).is_ok());
            }
        }
        // Ordinary inserts go on from the built tree.
        conn.execute("INSERT INTO r VALUES (100000, 0, 1, 0, 1)", []).expect("an insert");
        conn.execute("DELETE FROM r WHERE id <= 100", []).expect("deletes");
        let checked: String = conn
            .query_row("SELECT rtreecheck('r')", [], |row| row.get(0))
            .expect("a check");
        prop_assert_eq!(checked, "ok");
    }
}
