//! How far two words are from each other.

/// How many letters have to be changed, added, taken away or swapped with their neighbour.
pub fn distance(first: &str, second: &str) -> usize {
    let (first, second): (Vec<char>, Vec<char>) = (first.chars().collect(), second.chars().collect());
    if first.len().abs_diff(second.len()) > 2 || first.len() > 40 {
        return usize::MAX;
    }
    let width = second.len() + 1;
    let mut rows: Vec<Vec<usize>> = vec![(0..width).collect()];
    for (i, a) in first.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in second.iter().enumerate() {
            let change = rows[i][j] + usize::from(a != b);
            let mut least = change.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == second[j - 1] && first[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[first.len()][second.len()]
}
