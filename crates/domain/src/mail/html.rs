//! A page of paragraphs, in which no text is taken for markup.

use super::Language;

/// What stands on a page, from top to bottom.
pub(super) enum Part<'a> {
    /// A paragraph.
    Paragraph(&'a str),
    /// A code, large and by itself.
    Code(&'a str),
}

/// A page in a language. It fetches nothing, and so tells nobody that it is read.
pub(super) fn page(language: Language, title: &str, parts: &[Part<'_>]) -> String {
    let body: String = parts.iter().map(part).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n</head>\n\
         <body style=\"font-family: sans-serif; font-size: 16px; line-height: 1.5\">\n{body}\
         </body>\n</html>\n",
        language.tag(),
        escape(title),
    )
}

fn part(part: &Part<'_>) -> String {
    match part {
        Part::Paragraph(text) => format!("<p>{}</p>\n", escape(text)),
        Part::Code(code) => format!(
            "<p style=\"font-family: monospace; font-size: 32px; letter-spacing: 4px\">\
             <strong>{}</strong></p>\n",
            escape(code)
        ),
    }
}

/// The text with all that means something in HTML, in content or in an attribute, spelled out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_taken_for_markup() {
        let hostile = "<img src=x onerror='a()'> & \"B\"";
        let escaped = "&lt;img src=x onerror=&#39;a()&#39;&gt; &amp; &quot;B&quot;";
        let parts = [Part::Paragraph(hostile), Part::Code(hostile)];
        let page = page(Language::English, hostile, &parts);
        assert_eq!(page.matches(escaped).count(), 3, "{page}");
        assert!(!page.contains("<img"), "{page}");
    }
}
