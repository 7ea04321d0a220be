//! Standard output is data: results as JSON, one JSON object per line, URLs, or text.
//!
//! Results may come in any order. `jsonl` and `text` print them as they come, the other formats in the order of the files.

use std::io::{self, IsTerminal as _, Write};

use console::Term;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::amounts;
use crate::args::OutputFormat;
use crate::failure::Failure;
use crate::plain_text::{escape_json, plain};
use crate::result::{FailedFile, FailedStatus, FileResult, PublishedFile};
use crate::words::{Language, labels};

/// Returns the columns of the terminal that standard output is, if it is one.
pub(crate) fn columns() -> Option<usize> {
    let size = Term::stdout().size_checked()?;
    is_terminal().then(|| usize::from(size.1).max(1))
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) format: OutputFormat,
    /// The language of `text`.
    pub(crate) language: Language,
    /// Whether `text` leaves failures out, because the same terminal shows them already.
    pub(crate) skips_failures: bool,
}

/// Prints the results of a run.
pub(crate) struct Output<W> {
    writer: W,
    style: Style,
    /// The time zone of `text`.
    zone: TimeZone,
    /// One place per file, in the order given. Printing a result takes it out, except for `json`.
    results: Vec<Option<FileResult>>,
    /// How many of them were printed. For `url` they are the first ones.
    printed: usize,
    /// Whether `json` is an array also for one file.
    is_list: bool,
}

impl<W: Write> Output<W> {
    /// Returns the output of a run of this many files.
    pub(crate) fn new(writer: W, style: Style, zone: TimeZone, files: usize) -> Self {
        Self {
            writer,
            style,
            zone,
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

    /// Takes the result of the file at `index`, and prints what can be printed now. `now` is this computer's time.
    ///
    /// # Errors
    ///
    /// Fails when standard output cannot be written. A reader that has gone is no failure.
    pub(crate) fn push(
        &mut self,
        index: usize,
        result: FileResult,
        now: Timestamp,
    ) -> io::Result<()> {
        match self.style.format {
            OutputFormat::Jsonl => {
                let line = serde_json::to_string(&result)?;
                self.print(&format!("{}\n", escape_json(&line)))
            }
            OutputFormat::Text => match self.paragraph(&result, now) {
                Some(text) => {
                    // A line of its own keeps the links of several files apart.
                    let gap = if self.printed > 0 { "\n" } else { "" };
                    self.printed += 1;
                    self.print(&format!("{gap}{text}"))
                }
                None => Ok(()),
            },
            OutputFormat::Json => {
                self.results[index] = Some(result);
                Ok(())
            }
            OutputFormat::Url => {
                self.results[index] = Some(result);
                while let Some(result) = self.results.get_mut(self.printed).and_then(Option::take) {
                    self.printed += 1;
                    self.print(&url_line(&result))?;
                }
                Ok(())
            }
        }
    }

    /// Prints what waited for the last result.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        if self.style.format != OutputFormat::Json {
            return Ok(());
        }
        let text = match self.results.as_slice() {
            [only] if !self.is_list => serde_json::to_string_pretty(only)?,
            several => serde_json::to_string_pretty(several)?,
        };
        self.print(&format!("{}\n", escape_json(&text)))
    }

    fn paragraph(&self, result: &FileResult, now: Timestamp) -> Option<String> {
        match result {
            FileResult::Published(file) => Some(self.published(file, now)),
            FileResult::NotPublished(_) if self.style.skips_failures => None,
            FileResult::NotPublished(file) => Some(self.not_published(file)),
        }
    }

    /// The link comes first, then how long it is good, then the file.
    fn published(&self, file: &PublishedFile, now: Timestamp) -> String {
        let expires_at = file.url_expires_at.as_deref();
        let validity = match expires_at.and_then(|time| time.parse::<Timestamp>().ok()) {
            None => labels::link_unlimited(),
            Some(time) => {
                let local = time.to_zoned_datetime(self.zone.clone());
                let local = local.strftime("%Y-%m-%d %H:%M").to_string();
                match now.duration_until(time).try_into() {
                    Ok(left) => labels::link_valid(local, amounts::rough(left)),
                    // A negative time cannot be left.
                    Err(_) => labels::link_expired(local),
                }
            }
        };
        format!(
            "{}\n  {}\n  {}\n",
            plain(&file.public_signed_url),
            validity.to(self.style.language),
            file.summary().to(self.style.language),
        )
    }

    fn not_published(&self, file: &FailedFile) -> String {
        let status = match file.status {
            FailedStatus::Stopped => labels::stopped(),
            FailedStatus::Failed => labels::failed(),
        };
        let what = labels::not_published(&file.local_file, status, file.error.message());
        let mut text = format!("{}\n", what.to(self.style.language));
        if let Some(hint) = file.error.hint() {
            let hint = labels::hinted(plain(hint));
            text += &format!("  {}\n", hint.to(self.style.language));
        }
        text
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

    fn style(format: OutputFormat) -> Style {
        Style {
            format,
            language: Language::English,
            skips_failures: false,
        }
    }

    fn now() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().expect("a time")
    }

    /// Prints results that arrive in the order of `arrivals`.
    fn printed(format: OutputFormat, arrivals: Vec<(usize, FileResult)>) -> String {
        let mut bytes = Vec::new();
        let mut output = Output::new(&mut bytes, style(format), TimeZone::UTC, arrivals.len());
        for (index, result) in arrivals {
            output
                .push(index, result, now())
                .expect("memory can be written");
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
        let arrivals = vec![(1, stopped("b.mp4")), (0, published("a.mp4"))];
        insta::assert_snapshot!(printed(OutputFormat::Text, arrivals), @r"
        b.mp4: stopped: interrupted before the upload of `b.mp4` began
          hint: run the same command again

        https://b.example/a.mp4?Expires=1767229323
          link valid until 2026-01-01 01:02, 1 h left
          uploaded `a.mp4` (12.1 KiB) in 812 ms
        ");
    }

    #[test]
    fn text_in_chinese_and_in_another_time_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let style = Style {
            language: Language::Chinese,
            skips_failures: true,
            ..style(OutputFormat::Text)
        };
        let mut bytes = Vec::new();
        let mut output = Output::new(&mut bytes, style, zone, 2);
        for (index, result) in [stopped("b.mp4"), published("a.mp4")]
            .into_iter()
            .enumerate()
        {
            output
                .push(index, result, now())
                .expect("memory can be written");
        }
        let text = String::from_utf8(bytes).expect("text");
        insta::assert_snapshot!(text, @r"
        https://b.example/a.mp4?Expires=1767229323
          链接有效期至 2026-01-01 09:02，还剩 1 小时
          已上传 `a.mp4`（12.1 KiB），用时 812 毫秒
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
            let mut output = Output::new(Broken(kind), style(OutputFormat::Json), TimeZone::UTC, 1);
            output
                .push(0, published("a.mp4"), now())
                .expect("nothing printed yet");
            output.finish()
        };
        finish(io::ErrorKind::BrokenPipe).expect("quiet");
        finish(io::ErrorKind::StorageFull).expect_err("the result is lost");
    }
}
