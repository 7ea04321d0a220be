//! Reads the flat documents of OSS: a root and children that hold text. A fault in a document ends the reading and is no
//! error.

use quick_xml::{Reader, events::Event};

/// Returns the children of the root that `wanted` names, in the order of the document, as far as it can be read.
pub(crate) fn children(document: &[u8], root: &str, wanted: &[&str]) -> Vec<(String, String)> {
    let document = String::from_utf8_lossy(document);
    let mut reader = Reader::from_str(&document);
    let (mut path, mut found) = (Vec::new(), Vec::<(String, String)>::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                path.push(tag.name().as_ref().to_owned());
                if let [first, name] = path.as_slice()
                    && first == root
                    && wanted.contains(&name.as_str())
                {
                    found.push((name.clone(), String::new()));
                }
            }
            Ok(Event::End(_)) => {
                path.pop();
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(event) => {
                if let ([first, name], Some((last, text))) = (path.as_slice(), found.last_mut())
                    && first == root
                    && name == last
                {
                    push_text(text, &event);
                }
            }
        }
    }
}

fn push_text(text: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(part) => text.push_str(part),
        Event::CData(part) => text.push_str(part),
        Event::GeneralRef(name) => match name.resolve_char_ref() {
            Ok(Some(character)) => text.push(character),
            _ => text
                .push_str(quick_xml::escape::resolve_predefined_entity(name).unwrap_or_default()),
        },
        _ => {}
    }
}
