//! Moments in RFC 3339, in UTC, in the three precisions of the dialects.

use chat_domain::Time;

use super::Json;

/// A moment in whole seconds: `2026-01-09T12:00:00Z`.
pub(crate) struct Seconds(pub(crate) Time);

/// A moment in milliseconds: `2026-01-09T12:00:00.000Z`.
pub(crate) struct Millis(pub(crate) Time);

/// A moment in microseconds: `2026-01-09T12:00:00.000000Z`.
pub(crate) struct Micros(pub(crate) Time);

impl Json for Seconds {
    fn write(self, out: &mut Vec<u8>) {
        write(out, self.0, 0);
    }
}

impl Json for Millis {
    fn write(self, out: &mut Vec<u8>) {
        write(out, self.0, 3);
    }
}

impl Json for Micros {
    fn write(self, out: &mut Vec<u8>) {
        write(out, self.0, 6);
    }
}

fn write(out: &mut Vec<u8>, time: Time, places: usize) {
    let micros = time.0.clamp(FIRST, LAST);
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let mut text = *b"\"0000-00-00T00:00:00.000000";
    digits(&mut text[1..5], year);
    digits(&mut text[6..8], month);
    digits(&mut text[9..11], day);
    digits(&mut text[12..14], second / 3_600);
    digits(&mut text[15..17], second / 60 % 60);
    digits(&mut text[18..20], second % 60);
    digits(&mut text[21..], fraction);
    let length = if places == 0 { 20 } else { 21 + places };
    out.extend_from_slice(&text[..length]);
    out.extend_from_slice(b"Z\"");
}

/// Reads a moment in RFC 3339, in UTC or with another offset. Six digits of a fraction of a second count.
pub(crate) fn moment(text: &str) -> Option<Time> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let (clock, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0),
        None => {
            let at = time.rfind(['+', '-', ' '])?;
            let [hours, minutes] = numbers(&time[at + 1..], ':', [(2, 23), (2, 59)])?;
            let offset = (hours * 60 + minutes) * 60;
            (&time[..at], if time.as_bytes()[at] == b'-' { -offset } else { offset })
        }
    };
    let (clock, fraction) = clock.split_once('.').map_or((clock, "0"), |(clock, fraction)| (clock, fraction));
    let [year, month, day] = numbers(date, '-', [(4, 9999), (2, 12), (2, 31)])?;
    let [hour, minute, second] = numbers(clock, ':', [(2, 23), (2, 59), (2, 60)])?;
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) || month == 0 || day == 0 {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}")[..6].parse().ok()?;
    let day_number = days(year, month, day);
    // There are dates that no calendar has, such as the 31st of June.
    let is_day = civil(day_number) == (year, month, day);
    let seconds = day_number * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    is_day.then_some(Time(seconds * 1_000_000 + micros))
}

/// Reads numbers with exactly so many digits, none of which is larger than its bound.
fn numbers<const N: usize>(text: &str, between: char, bounds: [(usize, i64); N]) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, (length, most)) in numbers.iter_mut().zip(bounds) {
        let part =
            parts.next().filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = part.parse().ok().filter(|number| *number <= most)?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Returns the number of a day counted from 1970, the reverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn digits(place: &mut [u8], number: i64) {
    let mut rest = number;
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Returns year, month and day of a day counted from 1970. After Howard Hinnant: a year begins with March, so that the
/// leap day is its last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// The range of years with four digits, which RFC 3339 allows: 0000-01-01 to the end of 9999.
const FIRST: i64 = -62_167_219_200_000_000;
const LAST: i64 = 253_402_300_799_999_999;

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(time: impl Json) -> String {
        let mut out = Vec::new();
        time.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn moments_are_spelled_in_their_precision() {
        let time = Time(1_767_960_005_123_456);
        assert_eq!(spelled(Seconds(time)), r#""2026-01-09T12:00:05Z""#);
        assert_eq!(spelled(Millis(time)), r#""2026-01-09T12:00:05.123Z""#);
        assert_eq!(spelled(Micros(time)), r#""2026-01-09T12:00:05.123456Z""#);
    }

    #[test]
    fn moments_are_read_in_every_spelling() {
        for (text, micros) in [
            ("2026-01-09T12:00:05Z", 1_767_960_005_000_000),
            ("2026-01-09T12:00:05.1234567Z", 1_767_960_005_123_456),
            ("2026-01-09T15:00:05.5+03:00", 1_767_960_005_500_000),
            // A plus sign that was not escaped in an address.
            ("2026-01-09T15:00:05 03:00", 1_767_960_005_000_000),
            ("1969-12-31T23:59:59Z", -1_000_000),
            ("2000-02-29t00:00:00z", 951_782_400_000_000),
        ] {
            assert_eq!(moment(text), Some(Time(micros)), "{text}");
        }
        let wrong =
            "2026-01-09 | 2026-01-09T12:00:05 | 2026-13-09T12:00:05Z | 2026-02-30T12:00:05Z | 2026-01-09T24:00:05Z
            | 2026-1-9T12:00:05Z | 2026-01-09T12:00:05.Z | 2026-01-09T12:00:05.5xZ | 20é6-01-09T12:00:05Z | 1767960005";
        for text in wrong.split('|').map(str::trim) {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn the_calendar_holds_at_its_edges() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (i64::MIN, "0000-01-01T00:00:00Z"),
            (i64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(spelled(Seconds(Time::from_secs(seconds))), format!("\"{text}\""));
        }
    }
}
