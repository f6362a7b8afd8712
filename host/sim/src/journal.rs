//! The changes that requests made, in their order, for tests to assert on.

/// Bounded: when there are too many, the newest are dropped.
#[derive(Debug)]
pub(crate) struct Journal<W> {
    writes: Vec<W>,
    writes_max: usize,
}

impl<W> Default for Journal<W> {
    fn default() -> Self {
        Self {
            writes: Vec::new(),
            writes_max: 100_000,
        }
    }
}

impl<W> Journal<W> {
    pub(crate) fn writes(&self) -> &[W] {
        &self.writes
    }

    pub(crate) fn note(&mut self, write: W) {
        if self.writes.len() < self.writes_max {
            self.writes.push(write);
        }
    }

    pub(crate) fn keep(&mut self, most: usize) {
        self.writes_max = most;
    }

    pub(crate) fn reset(&mut self) {
        self.writes.clear();
    }
}
