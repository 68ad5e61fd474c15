//! Numbers: whole ones stay whole, so that ids beyond 2^53 compare exactly.

use std::cmp::Ordering;

use crate::cql::ast::Arithmetic;

/// A whole or a finite decimal number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Int(i64),
    Real(f64),
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.order(*other).is_eq()
    }
}

impl Number {
    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Number::Int(whole) => whole as f64,
            Number::Real(real) => real,
        }
    }

    /// The order of two numbers by their exact values; 0 and -0 are the same.
    pub(crate) fn order(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(&b),
            (Number::Int(a), Number::Real(b)) => order_mixed(a, b),
            (Number::Real(a), Number::Int(b)) => order_mixed(b, a).reverse(),
            (Number::Real(a), Number::Real(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        }
    }

    /// The result of an operation, or `None` where there is none: division by zero, an overflow,
    /// the root of a negative number.
    pub(crate) fn apply(self, operation: Arithmetic, other: Number) -> Option<Number> {
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            let whole = match operation {
                Arithmetic::Add => a.checked_add(b),
                Arithmetic::Subtract => a.checked_sub(b),
                Arithmetic::Multiply => a.checked_mul(b),
                Arithmetic::WholeDivide => return a.checked_div(b).map(Number::Int),
                Arithmetic::Modulo => return a.checked_rem(b).map(Number::Int),
                Arithmetic::Divide | Arithmetic::Power => None,
            };
            if let Some(whole) = whole {
                return Some(Number::Int(whole));
            }
        }
        let (a, b) = (self.as_f64(), other.as_f64());
        let real = match operation {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Divide => a / b,
            Arithmetic::WholeDivide => (a / b).trunc(),
            Arithmetic::Modulo => a % b,
            Arithmetic::Power => a.powf(b),
        };
        real.is_finite().then_some(Number::Real(real))
    }

    pub(crate) fn negated(self) -> Number {
        match self {
            Number::Int(whole) => match whole.checked_neg() {
                Some(negated) => Number::Int(negated),
                None => Number::Real(-(whole as f64)),
            },
            Number::Real(real) => Number::Real(-real),
        }
    }
}

fn order_mixed(whole: i64, real: f64) -> Ordering {
    // The doubles next to the range of whole numbers; both are exact.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if real >= BEYOND {
        return Ordering::Less;
    }
    if real < -BEYOND {
        return Ordering::Greater;
    }
    let floor = real.floor();
    match whole.cmp(&(floor as i64)) {
        Ordering::Equal if real > floor => Ordering::Less,
        order => order,
    }
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
