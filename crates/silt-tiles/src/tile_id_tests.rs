use super::*;

#[test]
fn addresses_outside_the_quad_tree_are_refused() {
    assert!(TileId::new(0, 0, 0).is_ok());
    assert_eq!(TileId::new(25, 0, 0), Err(TileIdError::Zoom(25)));
    assert!(matches!(
        TileId::new(3, 8, 0),
        Err(TileIdError::OutOfRange { last: 7, .. })
    ));
    assert!(TileId::new(3, 0, 8).is_err());
    assert!(TileId::new(255, u32::MAX, u32::MAX).is_err());
    assert!(TileId::new(24, (1 << 24) - 1, (1 << 24) - 1).is_ok());
}

#[test]
fn bounds_follow_the_mercator_square() {
    let world = TileId::WORLD.lonlat_bounds();
    assert!((world.min().x + 180.0).abs() < 1e-9 && (world.max().x - 180.0).abs() < 1e-9);
    assert!((world.max().y - 85.051_128_78).abs() < 1e-7);
    assert!((world.min().y + 85.051_128_78).abs() < 1e-7);
    let north_east = TileId::new(1, 1, 0).expect("a tile").lonlat_bounds();
    assert!(north_east.min().x.abs() < 1e-9 && north_east.min().y.abs() < 1e-9);
}

#[test]
fn a_buffer_across_the_antimeridian_gives_two_windows() {
    let west = TileId::new(3, 0, 3).expect("a tile").lonlat_windows(64);
    assert_eq!(west.len(), 2);
    assert!((west[0].min().x + 180.0).abs() < 1e-9);
    assert!(west[1].min().x > 179.0 && (west[1].max().x - 180.0).abs() < 1e-9);
    let east = TileId::new(3, 7, 3).expect("a tile").lonlat_windows(64);
    assert_eq!(east.len(), 2);
    assert!(east[1].max().x < -179.0);
    assert_eq!(
        TileId::new(3, 4, 3)
            .expect("a tile")
            .lonlat_windows(64)
            .len(),
        1
    );
    let world = TileId::WORLD.lonlat_windows(64);
    assert_eq!(world.len(), 1);
    assert!((world[0].width() - 360.0).abs() < 1e-9);
}

#[test]
fn children_and_parents_agree() {
    let tile = TileId::new(5, 17, 9).expect("a tile");
    assert!(tile.children().all(|child| child.parent() == Some(tile)));
    assert_eq!(tile.children().count(), 4);
    assert_eq!(TileId::WORLD.parent(), None);
    assert_eq!(TileId::new(24, 0, 0).expect("a tile").children().count(), 0);
}
