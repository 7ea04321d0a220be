//! Why something failed, where a library's error is well known. Every other cause is English in both languages.

use std::error::Error;
use std::io;

use fast_glob::ErrorKind;
use oss_client::EndpointError;
use strict_http::ServerUrlError;
use vectcut_upload::{FileKind, Step, UploadError};

use super::Text;

/// Returns a cause in both languages. In Chinese it is empty if the first line of the failure says as much.
pub(crate) fn of(error: &(dyn Error + 'static)) -> Text {
    if let Some(error) = error.downcast_ref::<fast_glob::Error>() {
        return of_pattern(error);
    }
    let english = error.to_string();
    // The last failure of an upload that was given up is in a box.
    let boxed = error
        .downcast_ref::<Box<UploadError>>()
        .map(|error| &**error);
    let chinese = if let Some(error) = boxed.or(error.downcast_ref()) {
        of_upload(error)
    } else if let Some(error) = error.downcast_ref::<io::Error>() {
        of_system(error)
    } else {
        plain_http(error).map(|error| {
            format!(
                "`{}` 是明文 http，且不是本机地址，网络中的其他人可能读到密钥",
                error.text()
            )
        })
    };
    let chinese = chinese.unwrap_or_else(|| english.clone());
    Text::new(english, chinese)
}

/// Returns the error if it is about plain http to another computer.
pub(crate) fn plain_http<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a ServerUrlError> {
    let error = match error.downcast_ref() {
        Some(EndpointError::Server(error)) => Some(error),
        _ => error.downcast_ref::<ServerUrlError>(),
    };
    error.filter(|error| error.is_plain_http())
}

fn of_upload(error: &UploadError) -> Option<String> {
    Some(match error {
        UploadError::Source { .. } | UploadError::Changed { .. } => String::new(),
        UploadError::NotAFile { path, kind } => {
            format!("`{}` {}", path.display(), of_kind(*kind)?)
        }
        UploadError::ContentType { content_type } => {
            let shown = content_type.escape_debug();
            format!("`{shown}` 不是 `video/mp4` 这样的类型")
        }
        UploadError::TooLarge {
            path,
            len_bytes,
            max_bytes,
        } => format!(
            "`{}` 有 {len_bytes} 字节，而一次上传最多 {max_bytes} 字节",
            path.display()
        ),
        UploadError::Api { step, .. } => match step {
            Step::Complete => "未能从 VectCut 获取链接".to_owned(),
            _ => "未能从 VectCut 获取上传凭证".to_owned(),
        },
        UploadError::RegionUnknown => {
            "OSS 不再接受 V1 签名，而接入点没有指明 V4 需要的地域".to_owned()
        }
        UploadError::NeverFinished { starts } => {
            format!("上传从头开始了 {starts} 次，始终没有完成")
        }
        UploadError::GaveUp {
            after, attempts, ..
        } => format!("在 {} 秒内尝试 {attempts} 次后放弃", after.as_secs()),
        UploadError::Send { object_key, .. } => format!("未能把 `{object_key}` 发送到 OSS"),
        UploadError::Refused { object_key, reply } => {
            format!("OSS 拒绝了 `{object_key}`：{reply}")
        }
        UploadError::NotUploaded { path, is_changed } => match is_changed {
            true => format!("`{}` 在上传后有改动", path.display()),
            false => String::new(),
        },
        UploadError::UnknownObject { object_key, .. } => {
            format!("VectCut 没有对象 `{object_key}`")
        }
        UploadError::UrlTooShort {
            object_key,
            left,
            wanted,
        } => format!(
            "VectCut 给出的 `{object_key}` 的链接有效期为 {} 秒，而需要 {} 秒",
            left.as_secs(),
            wanted.as_secs()
        ),
        _ => return None,
    })
}

/// The library names a byte of the pattern, which is not at the same place in the one that was given.
fn of_pattern(error: &fast_glob::Error) -> Text {
    let (english, chinese) = match error.kind {
        ErrorKind::UnclosedBrace => ("a `{` is not closed", "`{` 没有闭合"),
        ErrorKind::UnclosedBracket => ("a `[` is not closed", "`[` 没有闭合"),
        ErrorKind::TrailingBackslash => (
            "a `\\` at the end escapes nothing",
            "末尾的 `\\` 后面没有字符",
        ),
        _ => ("it has too many `{`", "`{` 过多"),
    };
    Text::new(english.to_owned(), chinese.to_owned())
}

fn of_kind(kind: FileKind) -> Option<&'static str> {
    Some(match kind {
        FileKind::Directory => "是文件夹",
        FileKind::Pipe => "是管道",
        FileKind::Socket => "是套接字",
        FileKind::Device => "是设备",
        FileKind::UnknownLength => "是系统不知道长度的文件",
        FileKind::Other => "不是普通文件",
        _ => return None,
    })
}

/// The errors of files that people meet most. The number is what the system's own documents name.
fn of_system(error: &io::Error) -> Option<String> {
    let words = match error.kind() {
        io::ErrorKind::NotFound => "没有这个文件或文件夹",
        io::ErrorKind::InvalidFilename => "系统不允许这样的文件名",
        io::ErrorKind::PermissionDenied => "没有权限",
        io::ErrorKind::StorageFull => "磁盘空间不足",
        _ => return None,
    };
    Some(match error.raw_os_error() {
        Some(number) => format!("{words} (os error {number})"),
        // What is not from the system has words of its own.
        None if error.get_ref().is_some() => return None,
        None => words.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_cause_that_the_first_line_says_is_left_out_in_chinese_only() {
        let error = UploadError::Source {
            path: "clip.mp4".into(),
            action: vectcut_upload::SourceAction::Find,
            source: io::ErrorKind::NotFound.into(),
        };
        let cause = of(&error);
        assert_eq!(cause.to(Language::English), "could not find `clip.mp4`");
        assert_eq!(cause.to(Language::Chinese), "");
        let system = of(&io::Error::from(io::ErrorKind::NotFound));
        assert_eq!(system.to(Language::Chinese), "没有这个文件或文件夹");
    }

    #[test]
    fn an_unknown_cause_is_english_in_both_languages() {
        let cause = of(&io::Error::other("the disk is gone"));
        assert_eq!(cause, Text::same("the disk is gone"));
    }
}
