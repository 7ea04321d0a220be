//! The names of failures that are about the API key.

use super::{Code, Retryable};
use crate::exit_code::ExitCode;

pub(super) const CODES: &[Code] = &[
    Code {
        name: "api_key_missing",
        exit_code: ExitCode::ApiKey,
        steps: "init",
        retryable: Retryable::No,
        meaning: ["there is no API key", "没有 API 密钥"],
        next: [
            "run `vectcut login` in a terminal, or set `VECTCUT_API_KEY`",
            "在终端运行 `vectcut login`，或设置 `VECTCUT_API_KEY`",
        ],
    },
    Code {
        name: "api_key_unusable",
        exit_code: ExitCode::ApiKey,
        steps: "init",
        retryable: Retryable::No,
        meaning: [
            "the API key has characters that no key has",
            "API 密钥含有无效字符",
        ],
        next: [
            "copy the key again from https://www.vectcut.com/auth",
            "在 https://www.vectcut.com/auth 重新复制密钥",
        ],
    },
    Code {
        name: "api_key_refused",
        exit_code: ExitCode::ApiKey,
        steps: "init, complete",
        retryable: Retryable::No,
        meaning: ["VectCut refused the API key", "VectCut 拒绝了 API 密钥"],
        next: [
            "run `vectcut login` with a key that is valid",
            "用有效的密钥运行 `vectcut login`",
        ],
    },
    Code {
        name: "api_key_unchecked",
        exit_code: ExitCode::Unavailable,
        steps: "-",
        retryable: Retryable::Yes,
        meaning: [
            "nobody could tell whether VectCut accepts the API key",
            "无法确认 VectCut 是否接受该 API 密钥",
        ],
        next: [
            "run `vectcut login` again later, or save the key with `--no-check`",
            "稍后重新运行 `vectcut login`，或用 `--no-check` 直接保存",
        ],
    },
    Code {
        name: "api_key_file_unsafe",
        exit_code: ExitCode::ApiKey,
        steps: "init",
        retryable: Retryable::No,
        meaning: [
            "other users can get at the file of `vectcut login`",
            "其他用户可以接触 `vectcut login` 保存的文件",
        ],
        next: ["run the command that the hint names", "运行提示中的命令"],
    },
    Code {
        name: "api_key_file_unreadable",
        exit_code: ExitCode::ApiKey,
        steps: "init",
        retryable: Retryable::No,
        meaning: [
            "the file of `vectcut login` cannot be read",
            "无法读取 `vectcut login` 保存的文件",
        ],
        next: [
            "run `vectcut login` again, or set `VECTCUT_API_KEY`",
            "重新运行 `vectcut login`，或设置 `VECTCUT_API_KEY`",
        ],
    },
    Code {
        name: "api_key_not_saved",
        exit_code: ExitCode::LocalFile,
        steps: "-",
        retryable: Retryable::No,
        meaning: [
            "the API key cannot be saved or removed",
            "无法保存或删除 API 密钥",
        ],
        next: [
            "check the folder that the message names, or use `vectcut login --print-export`",
            "检查提示中的文件夹，或改用 `vectcut login --print-export`",
        ],
    },
];
