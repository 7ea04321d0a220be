//! Lists of exceptions: each row has a reason, and a row that allows nothing any more is a finding.

use std::collections::BTreeSet;

/// Exceptions to one rule.
pub(super) struct Allowed {
    /// Where the list stands, for whoever has to change it.
    list: &'static str,
    /// What is allowed, and why.
    rows: &'static [(&'static str, &'static str)],
    used: BTreeSet<&'static str>,
}

impl Allowed {
    pub(super) fn new(list: &'static str, rows: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            list,
            rows,
            used: BTreeSet::new(),
        }
    }

    /// Whether the list has a row for this, which then counts as used.
    pub(super) fn allows(&mut self, what: &str) -> bool {
        let row = self.rows.iter().find(|(allowed, _)| *allowed == what);
        self.used.extend(row.map(|(allowed, _)| *allowed));
        row.is_some()
    }

    /// Names the rows that were not used.
    pub(super) fn unused(self) -> impl Iterator<Item = String> {
        let unused = self
            .rows
            .iter()
            .filter(move |(row, _)| !self.used.contains(row));
        unused.map(move |(row, _)| {
            format!(
                "{}: the row `{row}` allows nothing that is there; remove it",
                self.list
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_needed_and_must_be_used() {
        let mut allowed = Allowed::new("list.rs", &[("a", "it may"), ("b", "it may")]);
        assert!(allowed.allows("a"));
        assert!(!allowed.allows("c"));
        let unused: Vec<_> = allowed.unused().collect();
        assert_eq!(
            unused,
            ["list.rs: the row `b` allows nothing that is there; remove it"]
        );
    }
}
