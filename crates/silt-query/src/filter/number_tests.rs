use std::cmp::Ordering;

use super::*;

#[test]
fn whole_and_decimal_numbers_compare_exactly() {
    let big = 9_007_199_254_740_993;
    let order = |a: Number, b: Number| a.order(b);
    assert_eq!(
        order(Number::Int(big), Number::Real(9_007_199_254_740_992.0)),
        Ordering::Greater
    );
    assert_eq!(
        order(Number::Real(9_007_199_254_740_992.0), Number::Int(big)),
        Ordering::Less
    );
    assert_eq!(
        order(Number::Int(i64::MAX), Number::Real(9.3e18)),
        Ordering::Less
    );
    assert_eq!(
        order(Number::Int(i64::MIN), Number::Real(-9.3e18)),
        Ordering::Greater
    );
    assert_eq!(order(Number::Int(-1), Number::Real(-0.5)), Ordering::Less);
    assert_eq!(order(Number::Int(0), Number::Real(-0.0)), Ordering::Equal);
}

#[test]
fn arithmetic_without_a_result_is_none() {
    let int = Number::Int;
    assert_eq!(
        int(7).apply(Arithmetic::Divide, int(2)),
        Some(Number::Real(3.5))
    );
    assert_eq!(
        int(-7).apply(Arithmetic::WholeDivide, int(2)),
        Some(int(-3))
    );
    assert_eq!(int(-7).apply(Arithmetic::Modulo, int(2)), Some(int(-1)));
    assert_eq!(int(2).apply(Arithmetic::Power, int(10)), Some(int(1024)));
    for operation in [
        Arithmetic::Divide,
        Arithmetic::WholeDivide,
        Arithmetic::Modulo,
    ] {
        assert_eq!(int(1).apply(operation, int(0)), None);
        assert_eq!(Number::Real(1.0).apply(operation, int(0)), None);
    }
    assert_eq!(int(i64::MIN).apply(Arithmetic::WholeDivide, int(-1)), None);
    assert_eq!(
        Number::Real(-1.0).apply(Arithmetic::Power, Number::Real(0.5)),
        None
    );
    assert_eq!(
        int(i64::MAX).apply(Arithmetic::Add, int(1)),
        Some(Number::Real(9_223_372_036_854_775_808.0))
    );
    assert_eq!(
        int(i64::MIN).negated(),
        Number::Real(9_223_372_036_854_775_808.0)
    );
}
