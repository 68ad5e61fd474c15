//! Bounding boxes in Morton order, with a box around every 64 of them.

use crate::mercator::SHAPE_WORLD_LOG2;

/// West, north, east, south in base units.
pub(crate) type BoundingBox = [i32; 4];

const GROUP: usize = 64;

/// Answers which boxes touch a window, on either side of the antimeridian.
#[derive(Debug, Default)]
pub(crate) struct BoxIndex {
    boxes: Vec<BoundingBox>,
    groups: Vec<BoundingBox>,
}

/// A tile with its buffer, in base units; columns may leave the world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BaseWindow(pub(crate) [i64; 4]);

impl BaseWindow {
    /// True when the box, moved by any number of worlds, touches the window.
    fn touches(&self, bounds: &BoundingBox) -> bool {
        let [west, north, east, south] = bounds.map(i64::from);
        if north > self.0[3] || south < self.0[1] {
            return false;
        }
        let last = (self.0[2] - west) >> SHAPE_WORLD_LOG2;
        let first = -((east - self.0[0]) >> SHAPE_WORLD_LOG2);
        first <= last
    }
}

impl BoxIndex {
    pub(crate) fn new(boxes: Vec<BoundingBox>) -> Self {
        let groups = boxes
            .chunks(GROUP)
            .map(|group| group.iter().copied().fold(EMPTY, join))
            .collect();
        Self { boxes, groups }
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.boxes.capacity() + self.groups.capacity()) * size_of::<BoundingBox>()
    }

    pub(crate) fn touches(&self, place: u32, window: &BaseWindow) -> bool {
        window.touches(&self.boxes[place as usize])
    }

    /// Area of a box in coarse steps; never zero.
    pub(crate) fn size(&self, place: u32) -> u64 {
        let [west, north, east, south] = self.boxes[place as usize].map(i64::from);
        1 + ((east - west) as u64 + 1).saturating_mul((south - north) as u64 + 1) / 2
    }

    /// Calls `found` for every box that touches the window, in order.
    pub(crate) fn query(&self, window: &BaseWindow, mut found: impl FnMut(u32)) {
        for (place, group) in self.groups.iter().enumerate() {
            if !window.touches(group) {
                continue;
            }
            let start = place * GROUP;
            let members = &self.boxes[start..self.boxes.len().min(start + GROUP)];
            for (offset, bounds) in members.iter().enumerate() {
                if window.touches(bounds) {
                    found((start + offset) as u32);
                }
            }
        }
    }
}

/// The box that holds nothing.
pub(crate) const EMPTY: BoundingBox = [i32::MAX, i32::MAX, i32::MIN, i32::MIN];

/// The box around two boxes.
pub(crate) fn join(a: BoundingBox, b: BoundingBox) -> BoundingBox {
    [
        a[0].min(b[0]),
        a[1].min(b[1]),
        a[2].max(b[2]),
        a[3].max(b[3]),
    ]
}

/// The box around vertices.
pub(crate) fn around(vertices: &[[i32; 2]]) -> BoundingBox {
    vertices
        .iter()
        .fold(EMPTY, |bounds, &[x, y]| join(bounds, [x, y, x, y]))
}
