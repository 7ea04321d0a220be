//! The names of failures that are about a local file.

use super::{Code, Retryable};
use crate::exit_code::ExitCode;

pub(super) const CODES: &[Code] = &[
    Code {
        name: "file_missing",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: ["there is no such file", "文件不存在"],
        next: ["check the path", "请检查路径"],
    },
    Code {
        name: "file_unreadable",
        exit_code: ExitCode::LocalFile,
        steps: "read, complete",
        retryable: Retryable::No,
        meaning: ["the file cannot be read", "无法读取文件"],
        next: [
            "check the permissions of the file, and the disk",
            "检查文件权限和磁盘",
        ],
    },
    Code {
        name: "not_a_file",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: [
            "the path names something else than a file",
            "该路径不是普通文件",
        ],
        next: ["name a regular file", "请指定普通文件"],
    },
    Code {
        name: "file_name_not_utf8",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: ["the file name is not UTF-8", "文件名不是 UTF-8 文本"],
        next: ["give it a name with `--name`", "请用 `--name` 指定文件名"],
    },
    Code {
        name: "outside_roots",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: [
            "the file is not in a folder that the MCP server may read",
            "文件不在 MCP 服务器允许读取的文件夹中",
        ],
        next: [
            "copy the file into such a folder, or start `vectcut mcp` with another `--root`",
            "请把文件复制到允许的文件夹，或者用另一个 `--root` 启动 `vectcut mcp`",
        ],
    },
    Code {
        name: "file_protected",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: [
            "the MCP server does not read hidden files, nor what looks like a key or stored credentials",
            "MCP 服务器不读取隐藏文件，也不读取像是密钥或凭证的文件",
        ],
        next: [
            "if the file may be public, copy it under another name, or start `vectcut mcp` with `--allow-hidden`",
            "如果文件可以公开，请复制为其他文件名，或者用 `--allow-hidden` 启动 `vectcut mcp`",
        ],
    },
    Code {
        name: "upload_unknown",
        exit_code: ExitCode::Usage,
        steps: "-",
        retryable: Retryable::No,
        meaning: ["no upload has this ID", "没有这个编号的上传"],
        next: [
            "call `upload_files` with the paths; what was sent before is not sent again",
            "请用这些路径调用 `upload_files`；已发送的部分不会重发",
        ],
    },
    Code {
        name: "content_type_invalid",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: ["the content type is not a media type", "内容类型无效"],
        next: [
            "write a media type such as `video/mp4`",
            "请写成 `video/mp4` 这样的类型",
        ],
    },
    Code {
        name: "file_too_large",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: ["the file is too large", "文件过大"],
        next: ["make the file smaller", "减小文件"],
    },
    Code {
        name: "disk_full",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: [
            "the disk that holds the state folder is full",
            "状态文件夹所在的磁盘已满",
        ],
        next: [
            "free some space, or choose a folder on another disk with `--state-dir`",
            "清理空间，或用 `--state-dir` 换到另一个磁盘上的文件夹",
        ],
    },
    Code {
        name: "object_unknown",
        exit_code: ExitCode::LocalFile,
        steps: "complete",
        retryable: Retryable::No,
        meaning: [
            "VectCut knows no object with this key",
            "VectCut 没有这个键的对象",
        ],
        next: [
            "check the object key, or upload the file",
            "请检查对象键，或先上传文件",
        ],
    },
    Code {
        name: "file_changed",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::Yes,
        meaning: [
            "the file changed while it was being sent",
            "文件在上传过程中有改动",
        ],
        next: [
            "wait until no program writes to the file, then run the same command",
            "等其他程序写完后，重新运行同一命令",
        ],
    },
];
