//! What a browser may show: pictures, films and sound whose first bytes are of the type that they are said to be.

/// How many first bytes are needed to recognise a type.
pub(crate) const ENOUGH: usize = 16;

/// Returns the type under which a browser may show a file, if its first bytes match the type that its owner named. Everything
/// else must be downloaded: shown as a page of this server, it could act for whoever looks at it.
pub(crate) fn shown(mime: &str, first: &[u8]) -> Option<&'static str> {
    let (word, is_so) = kind(mime)?;
    is_so(first).then_some(*word)
}

/// Whether a browser may show files of this type, if they are what they are said to be.
pub(crate) fn may_be_shown(mime: &str) -> bool {
    kind(mime).is_some()
}

fn kind(mime: &str) -> Option<&'static (&'static str, Look)> {
    let said = mime.split(';').next().unwrap_or_default().trim();
    SHOWN.iter().find(|(word, _)| word.eq_ignore_ascii_case(said))
}

type Look = fn(&[u8]) -> bool;

const SHOWN: [(&str, Look); 10] = [
    ("image/png", |first| first.starts_with(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", |first| first.starts_with(b"\xff\xd8\xff")),
    ("image/gif", |first| first.starts_with(b"GIF87a") || first.starts_with(b"GIF89a")),
    ("image/webp", |first| first.starts_with(b"RIFF") && first.get(8..12) == Some(b"WEBP")),
    ("video/mp4", is_mp4),
    ("audio/mp4", is_mp4),
    ("video/webm", is_webm),
    ("audio/webm", is_webm),
    ("audio/mpeg", |first| first.starts_with(b"ID3") || matches!(first, [0xff, second, ..] if second & 0xe0 == 0xe0)),
    ("audio/ogg", |first| first.starts_with(b"OggS")),
];

fn is_mp4(first: &[u8]) -> bool {
    first.get(4..8) == Some(b"ftyp")
}

fn is_webm(first: &[u8]) -> bool {
    first.starts_with(b"\x1a\x45\xdf\xa3")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_what_it_says_is_shown() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(shown("image/png", png), Some("image/png"));
        assert_eq!(shown("IMAGE/PNG; charset=x", png), Some("image/png"));
        assert_eq!(shown("image/jpeg", png), None);
        assert_eq!(shown("image/png", b"<script>"), None);
        assert_eq!(shown("image/png", b""), None);
        assert_eq!(shown("image/svg+xml", b"<svg>"), None);
        assert_eq!(shown("text/html", b"<html>"), None);
        assert_eq!(shown("image/webp", b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(shown("video/mp4", b"\0\0\0\x18ftypisom"), Some("video/mp4"));
        assert_eq!(shown("audio/webm;codecs=opus", b"\x1a\x45\xdf\xa3\0"), Some("audio/webm"));
        assert_eq!(shown("audio/mpeg", b"\xff\xfb\x90"), Some("audio/mpeg"));
        assert_eq!(shown("audio/ogg", b"OggS\0"), Some("audio/ogg"));
    }
}
