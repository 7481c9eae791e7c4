//! How names are compared: case, accents, apostrophes and the generic words of Chinese names do not count.

/// Words at the end of a Chinese name that people leave out.
const GENERIC: [&str; 5] = ["特别行政区", "地区", "市", "盟", "省"];

/// Lower case, Latin letters without accents, no apostrophes, hyphens or surrounding space.
pub(super) fn fold(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '-' | '.'))
        .flat_map(char::to_lowercase)
        .map(without_accent)
        .collect()
}

/// Covers the accented letters that occur in the table and the ü of pinyin; others stay as they are.
fn without_accent(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        other => other,
    }
}

/// 武汉市 -> 武汉. A name keeps at least two characters.
pub(super) fn without_generic(name: &str) -> &str {
    GENERIC
        .iter()
        .find_map(|word| name.strip_suffix(word))
        .filter(|short| short.chars().count() >= 2)
        .unwrap_or(name)
}
