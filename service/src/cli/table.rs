//! Columns for people.

/// Rows of text under a heading, in columns as wide as their widest cell.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub(super) fn new(columns: &[&str]) -> Self {
        Self {
            rows: vec![columns.iter().map(|column| (*column).to_owned()).collect()],
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The text, without a line end after the last row.
    pub(super) fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let lines = self.rows.iter().map(|row| {
            let cells = row.iter().zip(&widths);
            let padded = cells.map(|(cell, width)| {
                format!(
                    "{}{:width$}",
                    clean(cell),
                    "",
                    width = width - cell.chars().count()
                )
            });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Without what a terminal would obey: names and models come from outside.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be_and_harmless() {
        let mut table = Table::new(&["NAME", "N"]);
        table.row(vec!["grün".to_owned(), "1".to_owned()]);
        table.row(vec!["a\u{1b}[2J".to_owned(), "22".to_owned()]);
        assert_eq!(table.text(), "NAME   N\ngrün   1\na\u{FFFD}[2J  22");
    }
}
