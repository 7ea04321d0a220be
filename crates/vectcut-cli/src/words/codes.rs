//! The names of failures in JSON, and what each means.

use super::Text;

/// The names, and their meaning in English and Chinese. A name is only ever added.
const CODES: [(&str, &str, &str); 33] = [
    ("api_key_missing", "there is no API key", "没有 API 密钥"),
    (
        "api_key_unusable",
        "the API key has characters that no key has",
        "API 密钥含有无效字符",
    ),
    (
        "api_key_refused",
        "VectCut refused the API key",
        "VectCut 拒绝了 API 密钥",
    ),
    (
        "usage",
        "the command line or a setting cannot be used",
        "命令行或设置有误",
    ),
    (
        "setup",
        "the HTTPS client cannot be set up",
        "无法初始化 HTTPS 客户端",
    ),
    ("command", "the command cannot be run", "无法运行该命令"),
    ("file_missing", "there is no such file", "文件不存在"),
    ("file_unreadable", "the file cannot be read", "无法读取文件"),
    (
        "not_a_file",
        "the path names something else than a file",
        "该路径不是普通文件",
    ),
    (
        "file_name_not_utf8",
        "the file name is not UTF-8",
        "文件名不是 UTF-8 文本",
    ),
    (
        "content_type_invalid",
        "the content type is not a media type",
        "内容类型无效",
    ),
    ("file_too_large", "the file is too large", "文件过大"),
    (
        "file_changed",
        "the file changed while it was being sent",
        "文件在上传过程中有改动",
    ),
    (
        "backend_unreachable",
        "VectCut cannot be reached",
        "无法连接 VectCut",
    ),
    (
        "backend_failing",
        "VectCut keeps failing",
        "VectCut 服务暂时出错",
    ),
    (
        "backend_reply_invalid",
        "the response of VectCut cannot be used",
        "VectCut 的响应无法识别",
    ),
    (
        "backend_refused",
        "VectCut refused the request",
        "VectCut 拒绝了请求",
    ),
    (
        "ticket_invalid",
        "VectCut named a place that OSS cannot have",
        "VectCut 给出的存储位置无效",
    ),
    (
        "region_unknown",
        "the OSS region is not known",
        "不知道 OSS 所在的地域",
    ),
    (
        "credentials_too_short",
        "the upload credentials expire too early",
        "上传凭证有效期过短",
    ),
    (
        "never_finished",
        "the upload started over too often",
        "上传多次从头开始，始终没有完成",
    ),
    (
        "request_unsignable",
        "the request to OSS cannot be signed",
        "无法为发往 OSS 的请求签名",
    ),
    ("oss_unreachable", "OSS cannot be reached", "无法连接 OSS"),
    ("oss_failing", "OSS keeps failing", "OSS 服务暂时出错"),
    ("oss_refused", "OSS refused the request", "OSS 拒绝了请求"),
    (
        "crc64_mismatch",
        "OSS stored other bytes than were sent",
        "OSS 保存的内容与发送的不一致",
    ),
    (
        "crc64_missing",
        "OSS reported no checksum",
        "OSS 没有返回校验值，无法确认内容完整",
    ),
    (
        "object_unproven",
        "nothing proves that OSS has the file",
        "无法确认 OSS 已保存文件",
    ),
    (
        "url_expired",
        "the URL had expired when it came",
        "收到的链接已经过期",
    ),
    (
        "url_unreachable",
        "the URL cannot be fetched",
        "无法打开链接",
    ),
    (
        "url_content_differs",
        "the URL returns other bytes than the file has",
        "链接的内容与文件不一致",
    ),
    ("budget_ended", "the time budget ended", "时间预算已用完"),
    ("interrupted", "the command was interrupted", "命令已中断"),
];

/// What the name of a fault of the program itself means.
const INTERNAL: (&str, &str) = ("the program itself failed", "程序内部错误");

/// Returns what a name means.
pub(crate) fn meaning(code: &str) -> Text {
    let found = CODES.iter().find(|(name, ..)| *name == code);
    let (english, chinese) = found.map_or(INTERNAL, |(_, english, chinese)| (english, chinese));
    Text::new(english.to_owned(), chinese.to_owned())
}
