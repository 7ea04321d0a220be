//! A list of paths in a file or on standard input.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::STDIN;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::words::failures;

/// Reads a list of paths: one a line, or with a zero byte after each, as `find -print0` writes it.
///
/// # Errors
///
/// Fails when the list cannot be read.
pub(super) fn read(list: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut bytes = Vec::new();
    let read = match list.as_os_str() == STDIN {
        true => io::stdin().lock().read_to_end(&mut bytes),
        false => File::open(list).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.and_then(|_| paths(&bytes)).map_err(|error| {
        let what = failures::read_list(list.display());
        Failure::new(ExitCode::LocalFile, "file_unreadable", what).because(&error)
    })
}

/// Returns the paths in a list. Windows editors and PowerShell mark its encoding, and end lines with CRLF.
///
/// # Errors
///
/// Fails when it is not text of this platform.
pub(super) fn paths(list: &[u8]) -> io::Result<Vec<PathBuf>> {
    let list = match list {
        [0xef, 0xbb, 0xbf, text @ ..] => text.to_vec(),
        [0xff, 0xfe, text @ ..] => {
            let units = text.chunks(2).map(|unit| match *unit {
                [low, high] => u16::from_le_bytes([low, high]),
                // Half a unit: the list was cut.
                _ => 0xfffd,
            });
            let units: Vec<u16> = units.collect();
            String::from_utf16(&units)
                .map_err(io::Error::other)?
                .into_bytes()
        }
        text => text.to_vec(),
    };
    let end = match list.contains(&0) {
        true => 0,
        false => b'\n',
    };
    let entries = list.split(|byte| *byte == end);
    let entries = entries.map(|entry| match entry {
        [path @ .., b'\r'] if end == b'\n' => path,
        path => path,
    });
    let named = entries.filter(|path| !path.is_empty());
    named
        .map(|path| Ok(os_string(path.to_vec())?.into()))
        .collect()
}

#[cfg(unix)]
fn os_string(path: Vec<u8>) -> io::Result<OsString> {
    Ok(std::os::unix::ffi::OsStringExt::from_vec(path))
}

#[cfg(not(unix))]
fn os_string(path: Vec<u8>) -> io::Result<OsString> {
    let text = String::from_utf8(path).map_err(io::Error::other)?;
    Ok(text.into())
}
