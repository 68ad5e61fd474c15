//! Evaluation of a filter over blocks of rows.

use crate::cql::ast::Comparison;

use super::truth::Truth;
use crate::{Cancelled, Stop};

/// Rows that are evaluated together: small enough to stay in the cache and to stop soon.
const BLOCK_ROWS: usize = 2048;

/// Decides rows; the second slice is as long as the first.
pub(super) type Leaf<'a> = Box<dyn FnMut(&[u32], &mut [Truth]) + 'a>;

/// A filter bound to the columns of a snapshot.
pub(super) enum Node<'a> {
    Constant(Truth),
    And(Vec<Node<'a>>),
    Or(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    Truths(Comparison, Box<Node<'a>>, Box<Node<'a>>),
    IsUnknown(Box<Node<'a>>),
    Leaf { costs: u8, decide: Leaf<'a> },
}

/// A leaf that decides row by row.
pub(super) fn leaf<'a>(costs: u8, mut decide: impl FnMut(u32) -> Truth + 'a) -> Node<'a> {
    let each = move |rows: &[u32], out: &mut [Truth]| {
        for (place, &row) in out.iter_mut().zip(rows) {
            *place = decide(row);
        }
    };
    Node::Leaf {
        costs,
        decide: Box::new(each),
    }
}

impl Node<'_> {
    /// Puts what is cheap to decide before what is not.
    pub(super) fn ordered(mut self) -> Self {
        if let Node::And(parts) | Node::Or(parts) = &mut self {
            parts.sort_by_key(Node::costs);
        }
        self
    }

    fn costs(&self) -> u8 {
        match self {
            Node::Constant(_) => 0,
            Node::Leaf { costs, .. } => *costs,
            Node::And(parts) | Node::Or(parts) => parts.iter().map(Node::costs).max().unwrap_or(0),
            Node::Not(inner) | Node::IsUnknown(inner) => inner.costs(),
            Node::Truths(_, left, right) => left.costs().max(right.costs()),
        }
    }

    fn decide(&mut self, rows: &[u32], out: &mut [Truth]) {
        match self {
            Node::Constant(truth) => out.fill(*truth),
            Node::Leaf { decide, .. } => decide(rows, out),
            Node::And(parts) => narrow(parts, rows, out, Truth::True, Truth::False, Truth::and),
            Node::Or(parts) => narrow(parts, rows, out, Truth::False, Truth::True, Truth::or),
            Node::Not(inner) => {
                inner.decide(rows, out);
                out.iter_mut().for_each(|truth| *truth = truth.not());
            }
            Node::Truths(comparison, left, right) => {
                left.decide(rows, out);
                let mut others = vec![Truth::Unknown; rows.len()];
                right.decide(rows, &mut others);
                for (truth, other) in out.iter_mut().zip(others) {
                    *truth = truth.compared(*comparison, other);
                }
            }
            Node::IsUnknown(inner) => {
                inner.decide(rows, out);
                for truth in out.iter_mut() {
                    *truth = Truth::from(*truth == Truth::Unknown);
                }
            }
        }
    }

    /// The rows for which the filter is true, in the order given.
    pub(super) fn select(
        &mut self,
        rows: impl Iterator<Item = u32>,
        stop: Stop<'_>,
    ) -> Result<Vec<u32>, Cancelled> {
        let mut selected = Vec::new();
        let mut rows = rows.peekable();
        let mut block: Vec<u32> = Vec::with_capacity(BLOCK_ROWS);
        let mut out = vec![Truth::Unknown; BLOCK_ROWS];
        while rows.peek().is_some() {
            block.clear();
            block.extend(rows.by_ref().take(BLOCK_ROWS));
            let out = &mut out[..block.len()];
            self.decide(&block, out);
            if stop() {
                return Err(Cancelled);
            }
            let pairs = block.iter().zip(out.iter());
            selected.extend(
                pairs
                    .filter(|(_, truth)| **truth == Truth::True)
                    .map(|(row, _)| row),
            );
        }
        Ok(selected)
    }
}

/// Decides parts one after the other, each only for the rows that no earlier one has settled.
fn narrow(
    parts: &mut [Node<'_>],
    rows: &[u32],
    out: &mut [Truth],
    neutral: Truth,
    settled: Truth,
    combine: fn(Truth, Truth) -> Truth,
) {
    let Some((first, rest)) = parts.split_first_mut() else {
        out.fill(neutral);
        return;
    };
    first.decide(rows, out);
    let mut open: Vec<usize> = (0..rows.len()).filter(|&at| out[at] != settled).collect();
    let mut open_rows: Vec<u32> = Vec::with_capacity(open.len());
    let mut results = vec![Truth::Unknown; open.len()];
    for part in rest {
        if open.is_empty() {
            return;
        }
        open_rows.clear();
        open_rows.extend(open.iter().map(|&at| rows[at]));
        let results = &mut results[..open.len()];
        part.decide(&open_rows, results);
        for (&at, &result) in open.iter().zip(results.iter()) {
            out[at] = combine(out[at], result);
        }
        open.retain(|&at| out[at] != settled);
    }
}
