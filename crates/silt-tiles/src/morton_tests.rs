use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn codes_come_back(x: u32, y: u32) {
        prop_assert_eq!(decode(encode(x, y)), (x, y));
    }

    #[test]
    fn a_cell_is_a_prefix(x: u32, y: u32, level in 1_u32..32) {
        let shift = 32 - level;
        prop_assert_eq!(encode(x, y) >> (2 * shift), encode(x >> shift, y >> shift));
    }
}
