//! A small memory of what is expensive to make.

use std::sync::{Arc, Mutex, PoisonError};

type Slot<V> = Arc<Mutex<Option<Arc<V>>>>;

/// The values asked for last. Two that ask for the same at once make it once: the second waits.
///
/// Not to be asked from a task of rayon: a thread that waits for its own pool may take up another
/// such task, and would wait for itself.
#[derive(Debug)]
pub(crate) struct Recent<V> {
    /// The most recently used last.
    slots: Mutex<Vec<(String, Slot<V>)>>,
    max_weight: u64,
    weigh: fn(&V) -> u64,
}

impl<V> Recent<V> {
    /// Keeps values of at most so much weight together, and always the last one.
    pub(crate) fn new(max_weight: u64, weigh: fn(&V) -> u64) -> Self {
        Recent {
            slots: Mutex::new(Vec::new()),
            max_weight,
            weigh,
        }
    }

    /// The value of a key, made when it is not there. A failure is not kept.
    pub(crate) fn get<E>(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<Arc<V>, E> {
        let slot = self.slot(key);
        let mut place = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = &*place {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(make()?);
        *place = Some(Arc::clone(&value));
        drop(place);
        self.shrink();
        Ok(value)
    }

    fn slot(&self, key: &str) -> Slot<V> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = match slots.iter().position(|(known, _)| known == key) {
            Some(at) => slots.remove(at).1,
            None => Slot::default(),
        };
        slots.push((key.to_owned(), Arc::clone(&slot)));
        slot
    }

    /// Lets go of the values that were not asked for the longest.
    fn shrink(&self) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        // A slot that is locked is being made; it counts when it is there.
        let weight_of = |slot: &Slot<V>| match slot.try_lock() {
            Ok(place) => Some(place.as_ref().map_or(0, |value| (self.weigh)(value))),
            Err(_) => None,
        };
        let mut weight = 0;
        let mut kept = Vec::with_capacity(slots.len());
        for (key, slot) in slots.drain(..).rev() {
            let Some(own) = weight_of(&slot) else {
                kept.push((key, slot));
                continue;
            };
            weight += own;
            let is_used = own > 0;
            if is_used && (weight <= self.max_weight || kept.is_empty()) {
                kept.push((key, slot));
            }
        }
        kept.reverse();
        *slots = kept;
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
