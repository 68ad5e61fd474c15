//! A checked filter bound to the columns of one snapshot.

use std::collections::BTreeSet;

use silt_index::snapshot::{CollectionSnapshot, Column};
use silt_model::Value;

use super::node::{Leaf, Node, leaf};
use super::number::Number;
use super::source::{
    BoundArray, BoundNumber, BoundText, BoundTime, TextSource, is_null, text_source,
};
use super::spatial::{Decider, with_itself};
use super::temporal;
use super::truth::Truth;
use super::typed::{
    ArrayExpr, ArrayOperator, NumberExpr, Operand, Predicate, TextBase, TextExpr, TimeExpr,
};
use crate::Stop;
use crate::cql::ast::Comparison;
use crate::queryable::Queryable;

/// What leaves cost beside each other; spatial ones come last.
const CHEAP: u8 = 1;
const DEAR: u8 = 2;
const SPATIAL: u8 = 3;

pub(super) struct Binder<'a> {
    pub(super) snapshot: &'a CollectionSnapshot,
    pub(super) stop: Stop<'a>,
}

impl<'a> Binder<'a> {
    pub(super) fn bind(&self, predicate: &'a Predicate) -> Node<'a> {
        match predicate {
            Predicate::Constant(truth) => Node::Constant(*truth),
            Predicate::And(parts) => {
                Node::And(parts.iter().map(|part| self.bind(part)).collect()).ordered()
            }
            Predicate::Or(parts) => {
                Node::Or(parts.iter().map(|part| self.bind(part)).collect()).ordered()
            }
            Predicate::Not(inner) => Node::Not(Box::new(self.bind(inner))),
            Predicate::Truths(comparison, left, right) => {
                let (left, right) = (self.bind(left), self.bind(right));
                Node::Truths(*comparison, Box::new(left), Box::new(right))
            }
            Predicate::IsNull(operand) => self.is_null(operand),
            Predicate::Flag(queryable) => self.flag(queryable),
            Predicate::Numbers(comparison, left, right) => self.numbers(*comparison, left, right),
            Predicate::NumberIn(number, members) => {
                let number = self.number(number);
                let is_member =
                    move |number: Number| members.binary_search_by(|own| own.order(number)).is_ok();
                leaf(CHEAP, move |row| {
                    Truth::from(number.get(row).map(is_member))
                })
            }
            Predicate::Texts(comparison, left, right) => self.texts(*comparison, left, right),
            Predicate::TextIn(text, members) => {
                self.text_test(text, move |text| members.contains(text))
            }
            Predicate::Like(text, pattern) => {
                self.text_test(text, move |text| pattern.matches(text))
            }
            Predicate::Times(comparison, left, right) => {
                let (left, right) = (self.time(left), self.time(right));
                let comparison = *comparison;
                leaf(DEAR, move |row| match (left.get(row), right.get(row)) {
                    (Some(left), Some(right)) => {
                        Truth::from(temporal::compare(comparison, &left, &right))
                    }
                    _ => Truth::Unknown,
                })
            }
            Predicate::Temporal(operator, left, right) => {
                let (left, right) = (self.time(left), self.time(right));
                leaf(DEAR, move |row| {
                    operator.decide(left.get(row), right.get(row))
                })
            }
            Predicate::Spatial(operator, shape) => {
                let mut decider = Decider::new(*operator, shape, self.snapshot, self.stop);
                leaf(SPATIAL, move |row| decider.decide(row))
            }
            Predicate::SpatialSelf(operator) => {
                let snapshot = self.snapshot;
                let answer = Truth::from(with_itself(*operator));
                leaf(CHEAP, move |row| match snapshot.geometry_bounds(row) {
                    Some(_) => answer,
                    None => Truth::Unknown,
                })
            }
            Predicate::Arrays(operator, left, right) => self.arrays(*operator, left, right),
        }
    }

    fn is_null(&self, operand: &'a Operand) -> Node<'a> {
        let snapshot = self.snapshot;
        let property = |queryable: &'a Queryable| {
            leaf(CHEAP, move |row| {
                Truth::from(is_null(snapshot, queryable, row))
            })
        };
        match operand {
            Operand::Bool(predicate) => match predicate.as_ref() {
                Predicate::Flag(queryable) => property(queryable),
                other => Node::IsUnknown(Box::new(self.bind(other))),
            },
            Operand::Number(NumberExpr::Field(name)) => {
                let Some(column) = snapshot.column(name) else {
                    return Node::Constant(Truth::True);
                };
                leaf(CHEAP, move |row| Truth::from(is_null_in(column, row)))
            }
            Operand::Number(number) => {
                let number = self.number(number);
                leaf(CHEAP, move |row| Truth::from(number.get(row).is_none()))
            }
            Operand::Text(TextExpr {
                base: TextBase::Property(queryable),
                ..
            })
            | Operand::Time(TimeExpr::Property(queryable))
            | Operand::Array(ArrayExpr::Property(queryable)) => property(queryable),
            Operand::Time(time) => {
                let time = self.time(time);
                leaf(DEAR, move |row| Truth::from(time.get(row).is_none()))
            }
            Operand::Geometry => property(&Queryable::Geometry),
            Operand::Text(_) | Operand::Array(_) | Operand::Shape(_) => {
                Node::Constant(Truth::False)
            }
        }
    }

    fn flag(&self, queryable: &'a Queryable) -> Node<'a> {
        let snapshot = self.snapshot;
        match queryable {
            Queryable::Synthetic => leaf(CHEAP, move |row| Truth::from(snapshot.is_synthetic(row))),
            Queryable::Field(name, _) => match snapshot.column(name) {
                Some(Column::Boolean(values)) => {
                    leaf(CHEAP, move |row| Truth::from(values[row as usize]))
                }
                Some(Column::Mixed(values)) => leaf(CHEAP, move |row| match values[row as usize] {
                    Value::Bool(flag) => Truth::from(flag),
                    _ => Truth::Unknown,
                }),
                _ => Node::Constant(Truth::Unknown),
            },
            _ => Node::Constant(Truth::Unknown),
        }
    }

    fn numbers(
        &self,
        comparison: Comparison,
        left: &'a NumberExpr,
        right: &'a NumberExpr,
    ) -> Node<'a> {
        let (left, right) = (self.number(left), self.number(right));
        let (comparison, left, right) = match left {
            BoundNumber::Constant(_) => (comparison.flipped(), right, left),
            left => (comparison, left, right),
        };
        // Every whole number up to this is a double.
        const EXACT: u64 = 1 << 53;
        let right = match (&left, right) {
            (BoundNumber::Reals(_), BoundNumber::Constant(Some(Number::Int(whole))))
                if whole.unsigned_abs() <= EXACT =>
            {
                BoundNumber::Constant(Some(Number::Real(whole as f64)))
            }
            (_, right) => right,
        };
        // The usual case without a branch on the kind of number for each row.
        match (&left, &right) {
            (BoundNumber::Reals(column), BoundNumber::Constant(Some(Number::Real(literal)))) => {
                let (column, literal) = (*column, *literal);
                return leaf(CHEAP, move |row| {
                    let order = |value: f64| value.partial_cmp(&literal);
                    let order = column.get(row).and_then(order);
                    Truth::from(order.map(|order| comparison.holds(order)))
                });
            }
            (BoundNumber::Ints(column), BoundNumber::Constant(Some(Number::Int(literal)))) => {
                let (column, literal) = (*column, *literal);
                return leaf(CHEAP, move |row| {
                    let order = column.get(row).map(|value| value.cmp(&literal));
                    Truth::from(order.map(|order| comparison.holds(order)))
                });
            }
            _ => {}
        }
        leaf(CHEAP, move |row| match (left.get(row), right.get(row)) {
            (Some(left), Some(right)) => Truth::from(comparison.holds(left.order(right))),
            _ => Truth::Unknown,
        })
    }

    fn texts(&self, comparison: Comparison, left: &'a TextExpr, right: &'a TextExpr) -> Node<'a> {
        match (&left.base, &right.base) {
            (_, TextBase::Literal(literal)) => {
                self.text_test(left, move |text| comparison.holds(text.cmp(literal)))
            }
            (TextBase::Literal(literal), _) => {
                let flipped = comparison.flipped();
                self.text_test(right, move |text| flipped.holds(text.cmp(literal)))
            }
            _ => {
                let left = BoundText::new(self.snapshot, left);
                let right = BoundText::new(self.snapshot, right);
                leaf(DEAR, move |row| match (left.get(row), right.get(row)) {
                    (Some(left), Some(right)) => {
                        Truth::from(comparison.holds(left.as_ref().cmp(right.as_ref())))
                    }
                    _ => Truth::Unknown,
                })
            }
        }
    }

    /// A test of one text, made once for each distinct text where the column keeps them so.
    fn text_test(&self, text: &'a TextExpr, test: impl Fn(&str) -> bool + 'a) -> Node<'a> {
        let folding = text.folding;
        let folded_test = move |text: &str| {
            if folding.is_none() {
                test(text)
            } else {
                test(&folding.apply(text))
            }
        };
        let queryable = match &text.base {
            // Literals are folded already.
            TextBase::Literal(literal) => return Node::Constant(Truth::from(folded_test(literal))),
            TextBase::Property(queryable) => queryable,
        };
        once_per_text(text_source(self.snapshot, queryable), move |text| {
            Truth::from(text.map(&folded_test))
        })
    }

    fn number(&self, number: &'a NumberExpr) -> BoundNumber<'a> {
        BoundNumber::new(self.snapshot, number)
    }

    fn time(&self, time: &'a TimeExpr) -> BoundTime<'a> {
        BoundTime::new(self.snapshot, time)
    }

    fn arrays(
        &self,
        operator: ArrayOperator,
        left: &'a ArrayExpr,
        right: &'a ArrayExpr,
    ) -> Node<'a> {
        match (left, right) {
            (ArrayExpr::Literal(left), ArrayExpr::Literal(right)) => {
                Node::Constant(Truth::from(operator.holds(left, right)))
            }
            (ArrayExpr::Literal(_), ArrayExpr::Property(_)) => {
                let flipped = match operator {
                    ArrayOperator::Contains => ArrayOperator::ContainedBy,
                    ArrayOperator::ContainedBy => ArrayOperator::Contains,
                    same => same,
                };
                self.arrays(flipped, right, left)
            }
            (ArrayExpr::Property(Queryable::Regions), ArrayExpr::Literal(wanted)) => {
                self.regions(operator, wanted)
            }
            (ArrayExpr::Property(queryable), ArrayExpr::Literal(wanted)) => {
                let is_flags = *queryable == Queryable::Flags;
                once_per_text(text_source(self.snapshot, queryable), move |text| {
                    let own = BoundArray::of_text(text, is_flags);
                    Truth::from(own.map(|own| operator.holds(&own, wanted)))
                })
            }
            (ArrayExpr::Property(left), ArrayExpr::Property(right)) => {
                let left = BoundArray::new(self.snapshot, left);
                let right = BoundArray::new(self.snapshot, right);
                leaf(DEAR, move |row| match (left.get(row), right.get(row)) {
                    (Some(left), Some(right)) => Truth::from(operator.holds(&left, &right)),
                    _ => Truth::Unknown,
                })
            }
        }
    }

    fn regions(&self, operator: ArrayOperator, wanted: &'a BTreeSet<String>) -> Node<'a> {
        let snapshot = self.snapshot;
        let ids = snapshot.region_ids();
        let place_of = |member: &String| -> Option<u32> {
            let id: String = serde_json::from_str(member).ok()?;
            let place = ids.binary_search_by(|own| own.as_ref().cmp(id.as_str()));
            place.ok().map(|place| place as u32)
        };
        // A region in which nothing lies has no place.
        let places: Vec<Option<u32>> = wanted.iter().map(place_of).collect();
        let none_missing = places.iter().all(Option::is_some);
        let known: BTreeSet<u32> = places.into_iter().flatten().collect();
        leaf(CHEAP, move |row| {
            let own = snapshot.region_places(row);
            let has_all = || known.iter().all(|place| own.binary_search(place).is_ok());
            let only = || own.iter().all(|place| known.contains(place));
            Truth::from(match operator {
                ArrayOperator::Contains => none_missing && has_all(),
                ArrayOperator::ContainedBy => only(),
                ArrayOperator::Equals => none_missing && has_all() && only(),
                ArrayOperator::Overlaps => own.iter().any(|place| known.contains(place)),
            })
        })
    }
}

fn is_null_in(column: &Column, row: u32) -> bool {
    column.value(row).is_null()
}

/// A test that depends on a text alone, made once for each distinct one.
fn once_per_text<'a>(
    source: TextSource<'a>,
    test: impl Fn(Option<&str>) -> Truth + 'a,
) -> Node<'a> {
    let column = match source {
        TextSource::Coded(column) => column,
        other => return leaf(DEAR, move |row| test(other.get(row).as_deref())),
    };
    let of_null = test(None);
    let mut known: Vec<Option<Truth>> = vec![None; column.texts.len()];
    let decide: Leaf<'a> = Box::new(move |rows: &[u32], out: &mut [Truth]| {
        for (place, &row) in out.iter_mut().zip(rows) {
            let code = column.codes[row as usize];
            *place = match known.get_mut(code as usize) {
                None => of_null,
                Some(Some(truth)) => *truth,
                Some(unknown) => *unknown.insert(test(Some(column.texts.get(code)))),
            };
        }
    });
    Node::Leaf {
        costs: CHEAP,
        decide,
    }
}
