//! The names of failures in JSON: what each means, how the command ends with it, and what to do next.

mod api_key;
mod files;

use super::Text;
use crate::exit_code::ExitCode;

/// A name of a failure. A name is only ever added, and keeps its meaning.
#[derive(Debug)]
pub(crate) struct Code {
    /// `error.code` in JSON.
    pub(crate) name: &'static str,
    /// The exit code of a run of one file. A time budget in which nothing moved ends with 5.
    pub(crate) exit_code: ExitCode,
    /// The values that `error.step` can have, or `-` if there is none.
    pub(crate) steps: &'static str,
    /// Whether the same command may succeed later.
    pub(crate) retryable: Retryable,
    meaning: [&'static str; 2],
    next: [&'static str; 2],
}

/// Whether the same command may succeed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retryable {
    /// Without anyone changing anything.
    Yes,
    /// It depends on the cause; `error.retryable` tells.
    Usually,
    /// Somebody has to change something first.
    No,
}

impl Code {
    /// Returns what the name means.
    pub(crate) fn meaning(&self) -> Text {
        let [english, chinese] = self.meaning;
        Text::new(english.to_owned(), chinese.to_owned())
    }

    /// Returns what to do next.
    pub(crate) fn next(&self) -> Text {
        let [english, chinese] = self.next;
        Text::new(english.to_owned(), chinese.to_owned())
    }
}

/// Returns every code.
pub(crate) fn all() -> impl Iterator<Item = &'static Code> {
    api_key::CODES.iter().chain(files::CODES).chain(OTHERS)
}

/// Returns the code of a name.
pub(crate) fn find(name: &str) -> Option<&'static Code> {
    all().find(|code| code.name == name)
}

/// The names that are about neither the API key nor a local file.
const OTHERS: &[Code] = &[
    Code {
        name: "usage",
        exit_code: ExitCode::Usage,
        steps: "-",
        retryable: Retryable::No,
        meaning: [
            "the command line or a setting cannot be used",
            "命令行或设置有误",
        ],
        next: ["change what the message names", "按提示修改命令或设置"],
    },
    Code {
        name: "setup",
        exit_code: ExitCode::Usage,
        steps: "-",
        retryable: Retryable::No,
        meaning: [
            "the HTTPS client cannot be set up",
            "无法初始化 HTTPS 客户端",
        ],
        next: [
            "check the file that `--ca-cert` names",
            "检查 `--ca-cert` 指定的文件",
        ],
    },
    Code {
        name: "command",
        exit_code: ExitCode::Usage,
        steps: "-",
        retryable: Retryable::No,
        meaning: ["the command cannot be run", "无法运行该命令"],
        next: [
            "check the name of the command after `--`",
            "检查 `--` 之后的命令名",
        ],
    },
    Code {
        name: "backend_unreachable",
        exit_code: ExitCode::Unavailable,
        steps: "init, complete",
        retryable: Retryable::Usually,
        meaning: ["VectCut cannot be reached", "无法连接 VectCut"],
        next: [
            "check the network and the proxy, then run the same command",
            "检查网络和代理，然后重新运行同一命令",
        ],
    },
    Code {
        name: "backend_failing",
        exit_code: ExitCode::Unavailable,
        steps: "init, complete",
        retryable: Retryable::Yes,
        meaning: ["VectCut keeps failing", "VectCut 服务暂时出错"],
        next: ["run the same command later", "稍后重新运行同一命令"],
    },
    Code {
        name: "backend_reply_invalid",
        exit_code: ExitCode::Unavailable,
        steps: "init, complete",
        retryable: Retryable::Usually,
        meaning: [
            "the response of VectCut cannot be used",
            "VectCut 的响应无法识别",
        ],
        next: [
            "check `--base-url`, and whether a login page of the network answers",
            "检查 `--base-url`，以及是否是网络登录页面的响应",
        ],
    },
    Code {
        name: "backend_refused",
        exit_code: ExitCode::Refused,
        steps: "init, complete",
        retryable: Retryable::No,
        meaning: ["VectCut refused the request", "VectCut 拒绝了请求"],
        next: [
            "act on the server's own message",
            "请按服务器给出的消息处理",
        ],
    },
    Code {
        name: "ticket_invalid",
        exit_code: ExitCode::Refused,
        steps: "init",
        retryable: Retryable::No,
        meaning: [
            "VectCut named a place that OSS cannot have",
            "VectCut 给出的存储位置无效",
        ],
        next: ["report it to VectCut", "请向 VectCut 反馈"],
    },
    Code {
        name: "region_unknown",
        exit_code: ExitCode::Refused,
        steps: "put",
        retryable: Retryable::No,
        meaning: ["the OSS region is not known", "不知道 OSS 所在的地域"],
        next: ["set `--oss-region`", "设置 `--oss-region`"],
    },
    Code {
        name: "credentials_too_short",
        exit_code: ExitCode::Refused,
        steps: "put",
        retryable: Retryable::No,
        meaning: [
            "the upload credentials expire too early",
            "上传凭证有效期过短",
        ],
        next: ["upload over a faster connection", "换用更快的网络"],
    },
    Code {
        name: "never_finished",
        exit_code: ExitCode::Refused,
        steps: "put",
        retryable: Retryable::No,
        meaning: [
            "the upload started over too often",
            "上传多次从头开始，始终没有完成",
        ],
        next: ["give each run more time", "给每次运行更多时间"],
    },
    Code {
        name: "request_unsignable",
        exit_code: ExitCode::Refused,
        steps: "put",
        retryable: Retryable::No,
        meaning: [
            "the request to OSS cannot be signed",
            "无法为发往 OSS 的请求签名",
        ],
        next: [
            "report it with the output of `-vv`",
            "请附上 `-vv` 的输出反馈",
        ],
    },
    Code {
        name: "oss_unreachable",
        exit_code: ExitCode::Unavailable,
        steps: "put",
        retryable: Retryable::Usually,
        meaning: ["OSS cannot be reached", "无法连接 OSS"],
        next: [
            "check the network and the proxy, then run the same command",
            "检查网络和代理，然后重新运行同一命令",
        ],
    },
    Code {
        name: "oss_failing",
        exit_code: ExitCode::Unavailable,
        steps: "put",
        retryable: Retryable::Yes,
        meaning: ["OSS keeps failing", "OSS 服务暂时出错"],
        next: ["run the same command later", "稍后重新运行同一命令"],
    },
    Code {
        name: "oss_refused",
        exit_code: ExitCode::Refused,
        steps: "put",
        retryable: Retryable::Usually,
        meaning: ["OSS refused the request", "OSS 拒绝了请求"],
        next: [
            "give the code and the request ID of OSS to VectCut's support",
            "请把 OSS 的错误代码和请求 ID 提供给 VectCut 客服",
        ],
    },
    Code {
        name: "crc64_mismatch",
        exit_code: ExitCode::Corrupted,
        steps: "put",
        retryable: Retryable::Yes,
        meaning: [
            "OSS stored other bytes than were sent",
            "OSS 保存的内容与发送的不一致",
        ],
        next: [
            "run the same command; check the memory and the network of this computer if it happens again",
            "重新运行同一命令；如果再次发生，检查本机内存和网络",
        ],
    },
    Code {
        name: "crc64_missing",
        exit_code: ExitCode::Corrupted,
        steps: "put",
        retryable: Retryable::No,
        meaning: [
            "OSS reported no checksum",
            "OSS 没有返回校验值，无法确认内容完整",
        ],
        next: [
            "check whether a proxy removes response headers",
            "检查代理是否删除了响应头",
        ],
    },
    Code {
        name: "object_unproven",
        exit_code: ExitCode::Unavailable,
        steps: "complete",
        retryable: Retryable::Yes,
        meaning: [
            "nothing proves that OSS has the file",
            "无法确认 OSS 已保存文件",
        ],
        next: [
            "run the same command; it looks before it sends",
            "重新运行同一命令；它会先核对再发送",
        ],
    },
    Code {
        name: "url_expired",
        exit_code: ExitCode::Unavailable,
        steps: "complete",
        retryable: Retryable::Yes,
        meaning: ["the URL had expired when it came", "收到的链接已经过期"],
        next: [
            "check the clock of this computer, then run the same command",
            "检查本机时钟，然后重新运行同一命令",
        ],
    },
    Code {
        name: "not_uploaded",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: [
            "the file is not known to have been uploaded as it is",
            "没有该文件当前内容的上传记录",
        ],
        next: ["upload the file", "上传该文件"],
    },
    Code {
        name: "url_without_key",
        exit_code: ExitCode::LocalFile,
        steps: "read",
        retryable: Retryable::No,
        meaning: ["the URL names no object", "链接没有指明对象"],
        next: ["name the object key instead", "改为指定对象键"],
    },
    Code {
        name: "object_replaced",
        exit_code: ExitCode::Corrupted,
        steps: "complete",
        retryable: Retryable::No,
        meaning: [
            "the object is not what was uploaded any more",
            "OSS 上的对象已不是当时上传的内容",
        ],
        next: ["upload the file again", "重新上传该文件"],
    },
    Code {
        name: "url_too_short",
        exit_code: ExitCode::Refused,
        steps: "complete",
        retryable: Retryable::No,
        meaning: [
            "VectCut gave no URL that is valid for long enough",
            "VectCut 给出的链接有效期不够长",
        ],
        next: [
            "ask for a URL that is valid for a shorter time",
            "把需要的有效期改短一些",
        ],
    },
    Code {
        name: "url_unreachable",
        exit_code: ExitCode::Unavailable,
        steps: "complete",
        retryable: Retryable::No,
        meaning: ["the URL cannot be fetched", "无法打开链接"],
        next: [
            "only `--sandbox` fetches the URL; report it",
            "只有 `--sandbox` 会取回链接；请反馈",
        ],
    },
    Code {
        name: "url_content_differs",
        exit_code: ExitCode::Corrupted,
        steps: "complete",
        retryable: Retryable::No,
        meaning: [
            "the URL returns other bytes than the file has",
            "链接的内容与文件不一致",
        ],
        next: [
            "only `--sandbox` compares the bytes; report it",
            "只有 `--sandbox` 会比对内容；请反馈",
        ],
    },
    Code {
        name: "budget_ended",
        exit_code: ExitCode::BudgetEnded,
        steps: "any",
        retryable: Retryable::Yes,
        meaning: ["the time budget ended", "时间预算已用完"],
        next: [
            "run the same command again to resume",
            "重新运行同一命令即可续传",
        ],
    },
    Code {
        name: "interrupted",
        exit_code: ExitCode::Interrupted,
        steps: "any",
        retryable: Retryable::Yes,
        meaning: ["the command was interrupted", "命令已中断"],
        next: [
            "run the same command again to resume",
            "重新运行同一命令即可续传",
        ],
    },
    Code {
        name: "skill",
        exit_code: ExitCode::LocalFile,
        steps: "-",
        retryable: Retryable::No,
        meaning: [
            "the skill cannot be installed or removed",
            "无法安装或移除技能",
        ],
        next: ["change what the message names", "按提示处理"],
    },
    Code {
        name: "internal",
        exit_code: ExitCode::Internal,
        steps: "any",
        retryable: Retryable::No,
        meaning: ["the program itself failed", "程序内部错误"],
        next: [
            "report it with the output of `-vv`",
            "请附上 `-vv` 的输出反馈",
        ],
    },
];
