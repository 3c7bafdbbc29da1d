//! The name that was meant by a word that is none.

/// The candidate closest to a word, if it is close enough to be what was meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .filter_map(|name| likeness(word, name).map(|score| (score, name)))
        // Of two that are as close, the one that takes fewer changes.
        .max_by(|a, b| {
            let n_changes = |name: &str| strsim::osa_distance(name, word);
            a.0.total_cmp(&b.0).then_with(|| n_changes(b.1).cmp(&n_changes(a.1)))
        })
        .map(|(_, name)| name)
}

/// Whether a word is close enough to a name to be meant for it.
pub(super) fn is_near(word: &str, name: &str) -> bool {
    likeness(word, name).is_some()
}

/// Whether a word is a name but for what fingers do: a letter too much or too few, two that changed
/// places, capitals, a dash for a line.
pub(super) fn is_typo(word: &str, name: &str) -> bool {
    let (word, name) = (word.to_lowercase().replace(['-', ' '], "_"), name.to_lowercase());
    word == name || (word.len() >= 4 && has_typo(&word, &name))
}

fn has_typo(word: &str, name: &str) -> bool {
    // Letters that changed places weigh too much in short words.
    let allowed = if name.len() >= 6 { 2 } else { 1 };
    word.len().abs_diff(name.len()) <= allowed && strsim::osa_distance(name, word) <= allowed
}

/// How close a word is to a name, from 0 to 1, where that is close enough.
pub(crate) fn likeness(word: &str, name: &str) -> Option<f64> {
    let (word, name) = (word.to_lowercase(), name.to_lowercase());
    let is_prefix = word.len() >= 4 && (name.starts_with(&word) || word.starts_with(&name));
    let is_typo = word.len() >= 3 && has_typo(&word, &name);
    let score = strsim::jaro_winkler(&name, &word);
    let score = if is_prefix || is_typo { score.max(0.9) } else { score };
    (score >= 0.8).then_some(score)
}
