//! Figures as a Markdown table, with about three significant digits.

use std::fmt;

use crate::contest::Spread;

/// A heading, the names of the columns, and rows.
pub(crate) struct Table {
    title: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(title: &'static str, columns: &'static [&'static str]) -> Self {
        Self {
            title,
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row, which has a cell for each column.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |cells: Vec<&str>| format!("| {} |", cells.join(" | "));
        writeln!(formatter, "### {}\n", self.title)?;
        writeln!(formatter, "{}", line(self.columns.to_vec()))?;
        writeln!(formatter, "{}", line(vec!["---"; self.columns.len()]))?;
        for row in &self.rows {
            let cells = row.iter().map(String::as_str).collect();
            writeln!(formatter, "{}", line(cells))?;
        }
        Ok(())
    }
}

/// What stands for a program that did not run.
const NOT_MEASURED: &str = "–";

/// A time in seconds, with three digits.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        _ if seconds.is_nan() => NOT_MEASURED.to_owned(),
        ..0.1 => format!("{:.1} ms", seconds * 1e3),
        ..1.0 => format!("{:.0} ms", seconds * 1e3),
        ..10.0 => format!("{seconds:.2} s"),
        _ => format!("{seconds:.1} s"),
    }
}

/// A number of bytes, in MiB.
pub(crate) fn mib(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / (1024.0 * 1024.0))
}

/// The median of ratios, with the smallest and the largest.
pub(crate) fn ratio(spread: Spread) -> String {
    let Spread { low, median, high } = spread;
    if median.is_nan() {
        return NOT_MEASURED.to_owned();
    }
    format!("{median:.2} ({low:.2}–{high:.2})")
}

/// The median of some figures, with the smallest and the largest.
pub(crate) fn range(show: fn(f64) -> String, spread: Spread) -> String {
    let [low, median, high] = [spread.low, spread.median, spread.high].map(show);
    format!("{median} ({low} to {high})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new("Start", &["work", "aim"]);
        table.row(vec!["1 KiB".into(), "≤ 1.3".into()]);
        let text = "### Start\n\n| work | aim |\n| --- | --- |\n| 1 KiB | ≤ 1.3 |\n";
        assert_eq!(table.to_string(), text);
    }

    #[test]
    fn figures_have_three_digits_or_so() {
        let times = [0.0123, 0.123, 1.234, 12.34].map(time);
        assert_eq!(times, ["12.3 ms", "123 ms", "1.23 s", "12.3 s"]);
        assert_eq!(mib(12_700_000.0), "12.1 MiB");
        let ratios = Spread::of(vec![0.7, 0.9, 0.8]);
        assert_eq!(ratio(ratios), "0.80 (0.70–0.90)");
        assert_eq!(range(time, ratios), "800 ms (700 ms to 900 ms)");
        let none = Spread::of(vec![]);
        assert_eq!([time(none.median), ratio(none)], ["–", "–"]);
    }
}
