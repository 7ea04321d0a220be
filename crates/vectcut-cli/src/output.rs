//! Standard output is data: results as JSON, one JSON object per line, URLs, or text.
//!
//! Results may come in any order. `jsonl` prints them as they come, every other format in the order of the files.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};
use std::iter;

use console::{Alignment, pad_str};

use crate::amounts;
use crate::args::OutputFormat;
use crate::failure::Failure;
use crate::plain_text::{escape_json, plain};
use crate::result::{FailedFile, FailedStatus, FileResult, PublishedFile};
use crate::words::{Language, Text, labels};

/// Columns of the widest name of a field.
const NAME_COLUMNS: usize = 8;

/// Prints the results of a run.
pub(crate) struct Output<W> {
    writer: W,
    format: OutputFormat,
    /// The language of `text`.
    language: Language,
    /// One place per file, in the order given. Printing a result takes it out, except for `json`.
    results: Vec<Option<FileResult>>,
    /// How many of them were printed, counted from the first.
    printed: usize,
    /// Whether `json` is an array also for one file.
    is_list: bool,
}

impl<W: Write> Output<W> {
    /// Returns the output of a run of this many files.
    pub(crate) fn new(writer: W, format: OutputFormat, language: Language, files: usize) -> Self {
        Self {
            writer,
            format,
            language,
            results: std::iter::repeat_with(|| None).take(files).collect(),
            printed: 0,
            is_list: false,
        }
    }

    /// Makes `json` an array also for one file.
    pub(crate) fn list(mut self, is_list: bool) -> Self {
        self.is_list = is_list;
        self
    }

    /// Takes the result of the file at `index`, and prints what can be printed now.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written. A reader that has gone is no failure.
    pub(crate) fn push(&mut self, index: usize, result: FileResult) -> io::Result<()> {
        if self.format == OutputFormat::Jsonl {
            let line = serde_json::to_string(&result)?;
            return self.print(&format!("{}\n", escape_json(&line)));
        }
        self.results[index] = Some(result);
        if self.format == OutputFormat::Json {
            return Ok(());
        }
        while let Some(result) = self.results.get_mut(self.printed).and_then(Option::take) {
            self.printed += 1;
            let text = match self.format {
                OutputFormat::Url => url_line(&result),
                _ => paragraph(&result, self.language),
            };
            self.print(&text)?;
        }
        Ok(())
    }

    /// Prints what waited for the last result.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        if self.format != OutputFormat::Json {
            return Ok(());
        }
        let text = match self.results.as_slice() {
            [only] if !self.is_list => serde_json::to_string_pretty(only)?,
            several => serde_json::to_string_pretty(several)?,
        };
        self.print(&format!("{}\n", escape_json(&text)))
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        let written = self
            .writer
            .write_all(text.as_bytes())
            .and_then(|()| self.writer.flush());
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

/// Returns whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Prints data that is no result of a file, such as a script. A reader that has gone is no failure.
///
/// # Errors
///
/// Fails when standard output cannot be written.
pub(crate) fn print(data: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(data.as_ref());
    match written.and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::stdout(&error)),
        _ => Ok(()),
    }
}

/// The line of a file that failed is empty, so that line N still belongs to file N.
fn url_line(result: &FileResult) -> String {
    match result {
        FileResult::Published(file) => format!("{}\n", plain(&file.public_signed_url)),
        FileResult::NotPublished(_) => "\n".to_owned(),
    }
}

fn paragraph(result: &FileResult, language: Language) -> String {
    let (local_file, fields) = match result {
        FileResult::Published(file) => (&file.local_file, published_fields(file)),
        FileResult::NotPublished(file) => (&file.local_file, not_published_fields(file)),
    };
    let mut text = format!("{}\n", plain(local_file));
    for (name, value) in fields {
        let name = pad_str(name.to(language), NAME_COLUMNS, Alignment::Left, None);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name} {}", plain(&value));
    }
    text
}

fn published_fields(file: &PublishedFile) -> Vec<(Text, String)> {
    let object = format!("{}/{}", file.bucket_name, file.object_key);
    let content = format!(
        "{}, {}, CRC-64 {}",
        file.content_type,
        amounts::bytes(file.file_size),
        file.crc64
    );
    let expires = file.url_expires_at.clone();
    let expires = expires.map(|expires_at| (labels::expires(), expires_at));
    let url = (labels::url(), file.public_signed_url.clone());
    let rest = [(labels::object(), object), (labels::content(), content)];
    iter::once(url).chain(expires).chain(rest).collect()
}

fn not_published_fields(file: &FailedFile) -> Vec<(Text, String)> {
    let status = match file.status {
        FailedStatus::Stopped => labels::stopped(),
        FailedStatus::Failed => labels::failed(),
    };
    let reason = (status, file.error.message().to_owned());
    let hint = file
        .error
        .hint()
        .map(|hint| (labels::field_hint(), hint.to_owned()));
    iter::once(reason).chain(hint).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use vectcut_upload::StopReason;

    use super::*;
    use crate::failure::NextRun;
    use crate::result::PublishedStatus;

    fn published(name: &str) -> FileResult {
        FileResult::Published(Box::new(PublishedFile {
            base_url: "https://open.vectcut.com".into(),
            bucket_name: "examplebucket".into(),
            local_file: name.into(),
            object_key: format!("uploads/7f3a/{name}"),
            file_size: 12_345,
            public_signed_url: format!("https://b.example/{name}?Expires=1767229323"),
            status: PublishedStatus::Uploaded,
            content_type: "video/mp4".into(),
            crc64: "9548687815775124833".into(),
            url_expires_at: Some("2026-01-01T01:02:03Z".into()),
            attempts: 1,
            elapsed_ms: 812,
            media: None,
        }))
    }

    fn stopped(name: &str) -> FileResult {
        let path = Path::new(name);
        FileResult::not_published(
            path,
            &Failure::stopped(path, StopReason::Interrupted, None, 0, NextRun::Resumes),
            Language::English,
        )
    }

    /// Prints results that arrive in the order of `arrivals`.
    fn printed(format: OutputFormat, arrivals: Vec<(usize, FileResult)>) -> String {
        let mut bytes = Vec::new();
        let mut output = Output::new(&mut bytes, format, Language::English, arrivals.len());
        for (index, result) in arrivals {
            output.push(index, result).expect("memory can be written");
        }
        output.finish().expect("memory can be written");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn one_file_is_one_object_with_the_keys_in_order() {
        insta::assert_snapshot!(printed(OutputFormat::Json, vec![(0, published("a.mp4"))]), @r#"
        {
          "base_url": "https://open.vectcut.com",
          "bucket_name": "examplebucket",
          "local_file": "a.mp4",
          "object_key": "uploads/7f3a/a.mp4",
          "file_size": 12345,
          "public_signed_url": "https://b.example/a.mp4?Expires=1767229323",
          "status": "uploaded",
          "content_type": "video/mp4",
          "crc64": "9548687815775124833",
          "url_expires_at": "2026-01-01T01:02:03Z",
          "attempts": 1,
          "elapsed_ms": 812
        }
        "#);
    }

    #[test]
    fn json_keeps_the_order_of_the_files_and_jsonl_the_order_of_their_ends() {
        let arrivals = || vec![(1, stopped("b.mp4")), (0, published("a.mp4"))];
        let names = |json: &serde_json::Value| json["local_file"].as_str().map(str::to_owned);

        let array = printed(OutputFormat::Json, arrivals());
        let array: Vec<serde_json::Value> = serde_json::from_str(&array).expect("an array");
        let array: Vec<_> = array.iter().filter_map(names).collect();
        assert_eq!(array, ["a.mp4", "b.mp4"]);

        let lines = printed(OutputFormat::Jsonl, arrivals());
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("an object a line"));
        let lines: Vec<_> = lines.filter_map(|line| names(&line)).collect();
        assert_eq!(lines, ["b.mp4", "a.mp4"]);
    }

    #[test]
    fn line_n_of_the_urls_belongs_to_file_n() {
        let arrivals = vec![
            (2, published("c.mp4")),
            (1, stopped("b.mp4")),
            (0, published("a.mp4")),
        ];
        assert_eq!(
            printed(OutputFormat::Url, arrivals),
            "https://b.example/a.mp4?Expires=1767229323\n\nhttps://b.example/c.mp4?Expires=1767229323\n"
        );
    }

    #[test]
    fn text_is_for_people() {
        let arrivals = vec![(0, published("a.mp4")), (1, stopped("b.mp4"))];
        insta::assert_snapshot!(printed(OutputFormat::Text, arrivals), @r"
        a.mp4
          URL      https://b.example/a.mp4?Expires=1767229323
          expires  2026-01-01T01:02:03Z
          object   examplebucket/uploads/7f3a/a.mp4
          content  video/mp4, 12.1 KiB, CRC-64 9548687815775124833
        b.mp4
          stopped  interrupted before the upload of `b.mp4` began
          hint     run the same command again
        ");
    }

    /// A pipe whose reader has gone, or a full disk.
    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_no_failure_and_a_full_disk_is_one() {
        let finish = |kind| {
            let mut output = Output::new(Broken(kind), OutputFormat::Json, Language::English, 1);
            output
                .push(0, published("a.mp4"))
                .expect("nothing printed yet");
            output.finish()
        };
        finish(io::ErrorKind::BrokenPipe).expect("quiet");
        finish(io::ErrorKind::StorageFull).expect_err("the result is lost");
    }
}
