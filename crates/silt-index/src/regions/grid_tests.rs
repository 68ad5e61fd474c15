use super::*;

fn outline(positions: &[(f64, f64)]) -> Bands {
    let ring: Vec<Coord<f64>> = positions.iter().map(|&(x, y)| Coord { x, y }).collect();
    Bands::new(std::iter::once(ring.as_slice())).expect("the ring has positions")
}

fn covered_at(grid: &Grid, x: f64, y: f64) -> Vec<bool> {
    grid.at(Coord { x, y })
        .map(|occupant| occupant.covers_cell)
        .collect()
}

#[test]
fn cells_are_covered_crossed_or_empty() {
    let triangle = outline(&[(0.5, 0.5), (9.5, 0.5), (0.5, 9.5), (0.5, 0.5)]);
    let grid = Grid::new(std::iter::once(&triangle));
    assert_eq!(covered_at(&grid, 0.7, 0.7), [false], "crossed");
    assert_eq!(covered_at(&grid, -1.5, 2.5), Vec::<bool>::new(), "outside");
    assert_eq!(
        covered_at(&grid, 50.0, 50.0),
        Vec::<bool>::new(),
        "far away"
    );
}

#[test]
fn a_square_on_the_lines_of_the_grid_covers_its_inner_cells() {
    let square = outline(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]);
    let grid = Grid::new(std::iter::once(&square));
    assert_eq!(covered_at(&grid, 2.0, 2.0), [true]);
    assert_eq!(covered_at(&grid, 3.99, 3.99), [true]);
    // Its own border is in the next cell; whether a position there is inside, the edges decide.
    assert_eq!(covered_at(&grid, 4.0, 2.0), [false]);
    assert_eq!(covered_at(&grid, 0.0, 0.0), [false]);
}

#[test]
fn windows_name_each_polygon_once_and_give_up_on_large_ones() {
    let ring = outline(&[(0.5, 0.5), (2.5, 0.5), (2.5, 2.5), (0.5, 2.5), (0.5, 0.5)]);
    let grid = Grid::new(std::iter::once(&ring));
    let window = |west: f64, south: f64, size: f64| {
        Rect::new(
            Coord { x: west, y: south },
            Coord {
                x: west + size,
                y: south + size,
            },
        )
    };
    assert_eq!(
        grid.with_edges_in(&window(0.2, 0.2, 2.5), |_| true),
        Some(vec![0])
    );
    assert_eq!(
        grid.with_edges_in(&window(0.2, 0.2, 2.5), |_| false),
        Some(vec![])
    );
    assert_eq!(
        grid.with_edges_in(&window(20.0, 0.2, 0.1), |_| true),
        Some(vec![])
    );
    assert_eq!(grid.with_edges_in(&window(0.0, 0.0, 30.0), |_| true), None);
}

#[test]
fn only_what_lies_in_one_cell_is_answered_by_it() {
    let square = outline(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]);
    let grid = Grid::new(std::iter::once(&square));
    let rect =
        |west: f64, east: f64| Rect::new(Coord { x: west, y: 1.2 }, Coord { x: east, y: 1.4 });
    let covered = |west: f64, east: f64| {
        Some(
            grid.around(&rect(west, east))?
                .map(|o| o.covers_cell)
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(covered(1.2, 1.8), Some(vec![true]));
    assert_eq!(covered(1.8, 2.0), None, "touches the next cell");
    assert_eq!(covered(179.5, 180.5), None, "goes beyond the plane");
    assert_eq!(covered(10.1, 10.2), Some(vec![]));
}
