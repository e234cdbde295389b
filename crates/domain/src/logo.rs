//! The logo of an application, which people see where they sign in.

use std::{fmt, str::FromStr};

use crate::Invalid;

/// The kinds of images that browsers show and that hold no script: SVG does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoType {
    /// PNG (RFC 2083).
    Png,
    /// JPEG (ISO/IEC 10918-1).
    Jpeg,
    /// WebP (RFC 9649).
    Webp,
}

/// SHA-256 of a logo's bytes; as text 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogoDigest(pub [u8; 32]);

/// What is known of a logo without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logo {
    /// What it is.
    pub media_type: LogoType,
    /// Which it is.
    pub digest: LogoDigest,
    /// How many bytes it has.
    pub size: u32,
}

impl LogoType {
    /// More than a logo of a few hundred pixels needs. With the rest of its request it stays below the 64 KiB
    /// that a request may have.
    pub const MOST_BYTES: usize = 48 * 1024;

    const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];

    /// What these bytes are, by what they begin with: nobody's word is taken for it.
    pub fn of(bytes: &[u8]) -> Result<Self, Invalid> {
        if bytes.len() > Self::MOST_BYTES {
            return Err(Invalid::new("must have at most 49152 bytes"));
        }
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Ok(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::Webp),
            _ => Err(Invalid::new("must be a PNG, JPEG or WebP image")),
        }
    }

    /// Its media type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// The one with this media type.
    pub fn parse(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == media_type)
    }
}

impl fmt::Display for LogoDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for LogoDigest {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("must be 64 hexadecimal digits in lower case");
        let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 64 || !text.bytes().all(plain) {
            return Err(invalid());
        }
        let mut digest = [0; 32];
        for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| invalid())?;
        }
        Ok(Self(digest))
    }
}

/// As the audit tells it: never the bytes.
impl fmt::Display for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { media_type, digest, size } = self;
        write!(f, "{}, {size} bytes, sha256 {digest}", media_type.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn an_image_is_known_by_what_it_begins_with() {
        let kinds: [(&[u8], LogoType); 4] = [
            (PNG, LogoType::Png),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", LogoType::Jpeg),
            (b"\xff\xd8\xff\xe1\0\x10Exif", LogoType::Jpeg),
            (b"RIFF\x24\0\0\0WEBPVP8 ", LogoType::Webp),
        ];
        for (bytes, kind) in kinds {
            assert_eq!(LogoType::of(bytes), Ok(kind));
            assert_eq!(LogoType::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(LogoType::parse("image/svg+xml"), None);
    }

    #[test]
    fn what_is_no_image_or_holds_scripts_is_refused() {
        for bytes in [
            &b""[..],
            b"\x89PNG",
            b"\x89PNG\r\n\x1a\r",
            b"\xff\xd8",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"RIFF\x24\0\0WEBP",
            b"GIF89a",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"<html>",
            b" \x89PNG\r\n\x1a\n",
        ] {
            assert_eq!(LogoType::of(bytes), Err(Invalid::new("must be a PNG, JPEG or WebP image")));
        }
    }

    #[test]
    fn a_logo_has_at_most_48_kib() {
        let of = |length: usize| {
            let mut bytes = PNG.to_vec();
            bytes.resize(length, 0);
            LogoType::of(&bytes)
        };
        assert_eq!(of(49_152), Ok(LogoType::Png));
        assert_eq!(of(49_153), Err(Invalid::new("must have at most 49152 bytes")));
    }

    #[test]
    fn a_logo_is_told_without_its_bytes() {
        let logo = Logo { media_type: LogoType::Webp, digest: LogoDigest([0x0a; 32]), size: 12 };
        let told = format!("image/webp, 12 bytes, sha256 {}", "0a".repeat(32));
        assert_eq!(logo.to_string(), told);
    }

    #[test]
    fn a_digest_reads_back_and_nothing_else_does() {
        let digest = LogoDigest(std::array::from_fn(|n| u8::try_from(n * 8).unwrap()));
        let text = digest.to_string();
        assert_eq!(text.parse(), Ok(digest));
        for bad in
            ["", &text[1..], &format!("{text}0"), &text.to_uppercase(), &text.replace('0', "+")]
        {
            assert!(bad.parse::<LogoDigest>().is_err(), "{bad}");
        }
    }
}
