//! Writes the small XML documents of OSS, and reads the one that clients send.

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

/// An XML document in the making: a root, and elements in it.
#[derive(Debug)]
pub(super) struct Document {
    root: &'static str,
    text: String,
}

impl Document {
    pub(super) fn new(root: &'static str) -> Self {
        Self {
            root,
            text: format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}>\n"),
        }
    }

    /// Adds an element with a text.
    pub(super) fn element(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.text
            .push_str(&format!("  <{name}>{}</{name}>\n", escape(value.as_ref())));
        self
    }

    /// Adds an element that holds elements.
    pub(super) fn group(mut self, name: &str, fields: &[(&str, String)]) -> Self {
        self.text.push_str(&format!("  <{name}>\n"));
        for (field, value) in fields {
            self.text.push_str(&format!(
                "    <{field}>{}</{field}>\n",
                escape(value.as_str())
            ));
        }
        self.text.push_str(&format!("  </{name}>\n"));
        self
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push_str(&format!("</{}>\n", self.root));
        self.text
    }
}

/// Reads a `CompleteMultipartUpload` document into part numbers and ETags; `None` when it is anything else.
pub(crate) fn parse_parts(text: &str) -> Option<Vec<(u32, String)>> {
    let mut reader = Reader::from_str(text);
    let (mut path, mut parts) = (Vec::new(), Vec::new());
    let (mut number, mut etag) = (None, None);
    let mut content = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                content.clear();
            }
            Event::Text(text) => content.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) => content.push(resolve(&entity)?),
            Event::CData(data) => content.push_str(&data.xml10_content()),
            Event::End(_) => {
                match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                    ["CompleteMultipartUpload", "Part", "PartNumber"] => {
                        number = Some(content.trim().parse().ok()?)
                    }
                    ["CompleteMultipartUpload", "Part", "ETag"] => {
                        etag = Some(content.trim().to_owned())
                    }
                    ["CompleteMultipartUpload", "Part"] => {
                        parts.push((number.take()?, etag.take()?))
                    }
                    ["CompleteMultipartUpload"] => {}
                    [root] if root != "CompleteMultipartUpload" => return None,
                    _ => {}
                }
                path.pop();
            }
            Event::Empty(_) | Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::DocType(_) => return None,
            Event::Eof => return (path.is_empty() && !parts.is_empty()).then_some(parts),
        }
    }
}

/// Resolves the references that XML itself defines, and those to characters.
fn resolve(entity: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Some(character) = entity.resolve_char_ref().ok()? {
        return Some(character);
    }
    match entity.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_whatever_the_quoting() {
        let text = "<?xml version='1.0'?><CompleteMultipartUpload>\n<Part><PartNumber>1</PartNumber><ETag>\"A\"</ETag></Part>\
                    <Part><ETag>&quot;B&#34;</ETag><PartNumber> 2 </PartNumber></Part></CompleteMultipartUpload>";
        assert_eq!(
            parse_parts(text),
            Some(vec![(1, "\"A\"".into()), (2, "\"B\"".into())])
        );
    }

    #[test]
    fn anything_else_is_malformed() {
        for text in [
            "",
            "<",
            "{}",
            "<CompleteMultipartUpload></CompleteMultipartUpload>",
            "<Other><Part><PartNumber>1</PartNumber><ETag>A</ETag></Part></Other>",
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
            "<CompleteMultipartUpload><Part><PartNumber>x</PartNumber><ETag>A</ETag></Part></CompleteMultipartUpload>",
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>A</ETag></Part>",
        ] {
            assert_eq!(parse_parts(text), None, "{text}");
        }
    }

    #[test]
    fn text_is_escaped() {
        let document = Document::new("Error")
            .element("Message", "a<b&c")
            .group("Part", &[("ETag", "\"x\"".into())])
            .finish();
        assert!(
            document.contains("a&lt;b&amp;c") && document.contains("&quot;x&quot;"),
            "{document}"
        );
    }
}
