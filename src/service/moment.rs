//! Moments as DID documents write them: `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, UTC).

use luyin_protocol::time::{Day, Timestamp};

const DAY_MS: u64 = 86_400_000;

/// A moment as text, to the second.
#[must_use]
pub fn format(time: Timestamp) -> String {
    let ms = time.get();
    // `Day` counts dates; as a bare calendar it serves any zone.
    let date = Day::new(u16::try_from(ms / DAY_MS).unwrap_or(u16::MAX)).to_iso();
    let s = ms % DAY_MS / 1000;
    format!("{date}T{:02}:{:02}:{:02}Z", s / 3600, s / 60 % 60, s % 60)
}

/// A moment from text; fractions of a second are cut off, other zones are not taken.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let parts: Vec<&str> = time.split(':').collect();
    let number = |text: &str, below: u64| {
        let plain = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u64>().ok().filter(|n| plain && *n < below)
    };
    let [h, m, s] = parts.as_slice() else {
        return None;
    };
    let seconds = number(h, 24)? * 3600 + number(m, 60)? * 60 + number(s, 60)?;
    let midnight = u64::from(Day::from_iso(date).ok()?.get()) * DAY_MS;
    Some(Timestamp::new(midnight + seconds * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_its_text() {
        for (text, ms) in [
            ("2020-03-05T15:59:59Z", 1_583_423_999_000),
            ("2026-11-23T00:00:00Z", 1_795_392_000_000),
        ] {
            assert_eq!(parse(text), Some(Timestamp::new(ms)));
            assert_eq!(format(Timestamp::new(ms)), text);
        }
        assert_eq!(
            parse("2020-03-05T15:59:59.250Z"),
            parse("2020-03-05T15:59:59Z")
        );
        for text in [
            "",
            "2020-03-05",
            "2020-03-05T24:00:00Z",
            "2020-03-05T1:00:00Z",
            "2020-03-05T10:00:00+08:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
