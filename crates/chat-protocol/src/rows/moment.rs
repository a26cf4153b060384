//! Moments as databases write them.

use chat_domain::Time;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A moment: `2024-05-01 10:00:00`, with or without a `T`, a fraction and a zone (UTC if there is none); or seconds
/// since 1970; or milliseconds since 1970, which are larger numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Time);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Moment;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a time such as 2024-05-01 10:00:00, or seconds since 1970")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
        let micros =
            parse(text).ok_or_else(|| E::custom(format!("`{text}` is no time such as 2024-05-01 10:00:00")))?;
        Ok(Moment(Time(micros)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Moment, E> {
        let scale = if number.abs() < MILLISECONDS { 1_000_000 } else { 1_000 };
        let micros = number.checked_mul(scale).ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))?;
        Ok(Moment(Time(micros)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Moment, E> {
        let number = number.try_into().map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))?;
        self.visit_i64(number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Moment, E> {
        let scale = if number.abs() < MILLISECONDS as f64 { 1e6 } else { 1e3 };
        Ok(Moment(Time((number * scale).round() as i64)))
    }
}

fn parse(text: &str) -> Option<i64> {
    let (date, clock) = text.trim().split_once(['T', 't', ' '])?;
    let [year, month, day] = three(date, '-')?;
    let at = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(at);
    let (clock, part) = clock.trim_end().split_once('.').unwrap_or((clock.trim_end(), ""));
    let [hour, minute, second] = three(clock, ':')?;
    let exists = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !exists || !part.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let micros: i64 = format!("{part:0<6}").get(..6)?.parse().ok()?;
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - offset(zone)?;
    seconds.checked_mul(1_000_000)?.checked_add(micros)
}

fn three(text: &str, between: char) -> Option<[i64; 3]> {
    let mut parts = text.split(between).map(|part| part.parse::<u32>().ok().filter(|_| part.len() <= 4).map(i64::from));
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

/// Returns how far a zone is ahead of UTC, in seconds.
fn offset(zone: &str) -> Option<i64> {
    let ahead = match zone.bytes().next() {
        None | Some(b'Z' | b'z') => return (zone.len() <= 1).then_some(0),
        Some(b'+') => 1,
        _ => -1,
    };
    let digits: String = zone[1..].chars().filter(|letter| *letter != ':').collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { minutes.parse::<u32>().ok()? };
    Some(ahead * 60 * (i64::from(hours.parse::<u32>().ok()?) * 60 + i64::from(minutes)))
}

/// Returns the days since 1970. A year begins with March here, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// From this number on, a number counts milliseconds: as seconds it would be thousands of years after 1970.
const MILLISECONDS: i64 = 100_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_databases_write_them() {
        let at = 1_714_557_600_000_000;
        for (written, micros) in [
            (r#""2024-05-01 10:00:00""#, at),
            (r#""2024-05-01T10:00:00Z""#, at),
            (r#""2024-05-01T10:00:00.250000+00:00""#, at + 250_000),
            (r#""2024-05-01 13:00:00.5+03""#, at + 500_000),
            (r#""2024-05-01 04:30:00-0530""#, at),
            (r#""2024-05-01 10:00:00.123456789""#, at + 123_456),
            ("1714557600", at),
            ("1714557600.25", at + 250_000),
            ("1714557600250", at + 250_000),
            (r#""1970-01-01 00:00:00""#, 0),
            (r#""2000-02-29 00:00:00""#, 951_782_400_000_000),
        ] {
            let read: Moment = serde_json::from_str(written).unwrap();
            assert_eq!(read.0, Time(micros), "{written}");
        }
        for wrong in [
            r#""""#,
            r#""2024-05-01""#,
            r#""2024-13-01 00:00:00""#,
            r#""2024-05-01 25:00:00""#,
            r#""2024-05-01 10:00:00 CEST""#,
            r#""2024-05-01 10:00:00.x""#,
            r#""2024-05-01 10:00:00+é""#,
            r#""99999-05-01 10:00:00""#,
            "true",
            "9223372036854775807",
        ] {
            assert!(serde_json::from_str::<Moment>(wrong).is_err(), "{wrong}");
        }
    }
}
