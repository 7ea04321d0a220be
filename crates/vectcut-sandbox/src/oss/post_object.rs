//! PostObject: a file uploaded with a form, as browsers do it.
//!
//! The sandbox keeps the form in memory, so a form may be 32 MiB at most; OSS takes 5 GB.

use super::access::allow;
use super::error_reply::OssError;
use super::put_object::commit_error;
use super::{Halt, SMALL_BODY_MAX_BYTES};
use crate::clock::system_time;
use crate::exchange::Exchange;
use crate::intake::Intake;
use crate::names::check_key;
use crate::oss_code::OssCode;
use crate::reply::Reply;
use crate::settings::{BUCKET, REGION};
use crate::step::Step;
use crate::store::ObjectRecord;
use crate::verdict::{Proof, Verdict, reason};
use crate::verify::{Addressing, Form, Refusal, Wire, check_form};

const FORM_MAX_BYTES: usize = 8 * SMALL_BODY_MAX_BYTES;

/// Returns whether a request is a form upload: a `POST` of a form to a bucket.
pub(super) fn is_form(wire: &Wire, addressing: &Addressing) -> bool {
    let resource = addressing.resource(wire.path());
    wire.method == "POST"
        && resource.bucket.is_some()
        && resource.key.is_none()
        && boundary(wire).is_some()
}

/// Checks the form, and stores its file.
pub(super) async fn post(
    exchange: &Exchange<'_>,
    addressing: &Addressing,
    intake: &mut Intake,
) -> Result<Reply, Halt> {
    let (site, wire) = (exchange.site, exchange.wire);
    let resource = addressing.resource(wire.path());
    let bucket = resource.bucket.unwrap_or_default();
    if bucket != BUCKET {
        return Err(OssError::new(OssCode::NoSuchBucket)
            .detail("BucketName", &bucket)
            .into());
    }
    let body = intake.collect(FORM_MAX_BYTES).await?;
    let (form, file) = read(&bucket, wire, &body).ok_or(OssCode::MalformedPOSTRequest)?;
    let (file, file_type) = (file.bytes, file.content_type);
    let key = form.field("key").unwrap_or_default();
    exchange.entry.concerns(key);
    let refused = |reason| exchange.entry.judged(Verdict::refused(Proof::Form, reason));
    let admitted = site
        .tickets
        .with_keys(|keys| check_form(&form, keys, system_time(exchange.now)))
        .map_err(|refusal| {
            refused(reason(&refusal));
            OssError::refused(&refusal)
        })?;
    let region = admitted.region.as_deref();
    if region.is_some_and(|region| region != REGION) {
        refused("wrong-region");
        let message = "Invalid signing region in x-oss-credential.".into();
        return Err(OssError::refused(&Refusal::Malformed { message }).into());
    }
    exchange.entry.judged(Verdict::accepted(Proof::Form));
    let (min, max) = admitted.len_bytes;
    match file.len() as u64 {
        len if len < min => return Err(OssCode::EntityTooSmall.into()),
        len if len > max => return Err(OssCode::EntityTooLarge.into()),
        _ => {}
    }
    let key = check_key(key.as_bytes())
        .map_err(|error| OssError::new(OssCode::InvalidObjectName).ec(error.ec()))?;
    allow(site, Step::PutObject, &admitted.access_key_id, key)?;
    let receiving = site.store.receive();
    receiving.push(body.slice_ref(file)).await;
    let received = receiving.finish().await?;
    let now_ms = exchange.now.as_millisecond();
    let record = ObjectRecord::put(
        &bucket,
        key,
        &received,
        now_ms,
        kept_fields(&form, file_type),
    );
    let record = site
        .store
        .run(move |store| store.commit(received, record, false))
        .await
        .map_err(commit_error)?;
    let status = match form.field("success_action_status") {
        Some("200") => 200,
        Some("201") => 201,
        _ => 204,
    };
    Ok(Reply::status(status)
        .header("etag", &record.etag)
        .header("x-oss-hash-crc64ecma", record.crc64.to_string()))
}

/// Returns what stays with the object: the media type and the fields `x-oss-meta-…`.
///
/// The vendor's page ranks the places of the media type: the field `x-oss-content-type`, the file part, the field
/// `Content-Type`.
fn kept_fields(form: &Form, file_type: Option<&str>) -> Vec<(String, String)> {
    let content_type = form
        .field("x-oss-content-type")
        .or(file_type)
        .or(form.field("content-type"));
    let content_type = content_type.map(|value| ("content-type".to_owned(), value.to_owned()));
    let fields = form.fields.iter();
    fields
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .filter(|(name, _)| name.starts_with("x-oss-meta-"))
        .chain(content_type)
        .collect()
}

/// The file of a form.
#[derive(Debug)]
struct File<'a> {
    bytes: &'a [u8],
    /// The media type that the browser gave it.
    content_type: Option<&'a str>,
}

fn boundary(wire: &Wire) -> Option<&str> {
    let (media_type, parameters) = wire.header("content-type")?.split_once(';')?;
    if !media_type
        .trim()
        .eq_ignore_ascii_case("multipart/form-data")
    {
        return None;
    }
    let boundary = parameters.trim().strip_prefix("boundary=")?;
    Some(boundary.trim_matches('"')).filter(|boundary| !boundary.is_empty())
}

/// Splits a form into its fields and its file, which must come last; `None` if the form is malformed.
fn read<'a>(bucket: &str, wire: &Wire, body: &'a [u8]) -> Option<(Form, File<'a>)> {
    let delimiter = format!("\r\n--{}", boundary(wire)?);
    let mut rest = body.strip_prefix(&delimiter.as_bytes()[2..])?;
    let mut form = Form {
        bucket: bucket.to_owned(),
        fields: Vec::new(),
    };
    loop {
        rest = rest.strip_prefix(b"\r\n")?;
        let head_len = find(rest, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&rest[..head_len]).ok()?;
        rest = &rest[head_len + 4..];
        let value_len = find(rest, delimiter.as_bytes())?;
        let value = &rest[..value_len];
        rest = &rest[value_len + delimiter.len()..];
        let name = parameter(head, "name")?;
        if name == "file" {
            let file_name = parameter(head, "filename").unwrap_or_default();
            for (_, key) in form.fields.iter_mut().filter(|(name, _)| name == "key") {
                *key = key.replace("${filename}", file_name);
            }
            let file = File {
                bytes: value,
                content_type: header(head, "content-type"),
            };
            return Some((form, file));
        }
        let value = String::from_utf8(value.to_vec()).ok()?;
        form.fields.push((name.to_owned(), value));
    }
}

/// Returns a header of a part.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = headers.find(|(given, _)| given.eq_ignore_ascii_case(name))?;
    Some(value.trim())
}

/// Returns a parameter of `Content-Disposition`.
fn parameter<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    header(head, "content-disposition")?
        .split(';')
        .find_map(|parameter| {
            let (given, value) = parameter.trim().split_once('=')?;
            (given == name).then(|| value.trim_matches('"'))
        })
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &str) -> Option<(Form, File<'_>)> {
        let wire = Wire {
            headers: vec![(
                "Content-Type".into(),
                "multipart/form-data; boundary=b".into(),
            )],
            ..Wire::default()
        };
        read("bucket", &wire, body.as_bytes())
    }

    const KEY: &str =
        "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na/${filename}\r\n";
    const FILE: &str = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.bin\"\r\n\
                        Content-Type: text/plain\r\n\r\n\r\n--file\r\n--b--\r\n";

    #[test]
    fn a_form_is_its_fields_and_its_file() {
        let body = format!("{KEY}{FILE}");
        let (form, file) = parsed(&body).expect("a form");
        assert_eq!(form.field("key"), Some("a/f.bin"));
        assert_eq!(file.bytes, b"\r\n--file");
        assert_eq!(file.content_type, Some("text/plain"));
    }

    #[test]
    fn the_media_type_is_that_of_the_highest_place_that_has_one() {
        let mut form = Form::default();
        let mut expect = |added: &str, file_type: Option<&str>, expected: &str| {
            form.fields.push((added.into(), "of/field".into()));
            let kept = kept_fields(&form, file_type);
            assert_eq!(kept, [("content-type".to_owned(), expected.to_owned())]);
        };
        expect("Content-Type", None, "of/field");
        expect("another", Some("of/file"), "of/file");
        expect("x-oss-content-type", Some("of/file"), "of/field");
    }

    #[test]
    fn a_form_without_a_file_or_an_end_is_malformed() {
        let without_file = format!("{KEY}--b--\r\n");
        let without_end = format!("{KEY}{}", FILE.trim_end_matches("--b--\r\n"));
        for body in ["", "--b--\r\n", KEY, &without_file, &without_end] {
            assert!(parsed(body).is_none(), "{body}");
        }
    }
}
