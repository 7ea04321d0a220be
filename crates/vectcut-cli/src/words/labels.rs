//! Labels, and words that stand within other sentences.

use super::catalogue;

catalogue! {
    error(): "error:", "错误：";
    caused_by(): "  caused by:", "  原因：";
    last_failure(): "  last failure:", "  最近一次失败：";
    request_id(): "  request ID:", "  请求 ID：";
    hint(): "hint:", "提示：";
    hinted(hint): "hint: {hint}", "提示：{hint}";

    reading(): "reading", "读取";
    preparing(): "preparing", "准备";
    uploading(): "uploading", "上传";
    finishing(): "finishing", "收尾";

    /// A result that is printed for people.
    link_valid(until, left): "link valid until {until}, {left} left", "链接有效期至 {until}，还剩 {left}";
    link_expired(since): "link expired at {since}", "链接已于 {since} 失效";
    link_unlimited(): "the link does not say when it expires", "链接没有注明有效期";
    not_published(path, status, message): "{path}: {status}: {message}", "{path}：{status}：{message}";
    failed(): "failed", "失败";
    stopped(): "stopped", "已停止";

    uploaded(): "uploaded", "已上传";
    resumed(): "resumed", "已续传";
    completed(): "completed", "已完成";
    reused(): "reused", "已复用";

    /// What `vectcut explain` says about a code.
    meaning(): "meaning:  ", "含义：    ";
    next(): "next:     ", "下一步：  ";
    exit_code(): "exit code:", "退出码：  ";
    step(): "step:     ", "步骤：    ";
    retryable(): "retryable:", "可重试：  ";
    any_step(): "any", "任意";
    no_step(): "none", "无";
    yes(): "yes", "是";
    no(): "no", "否";
    usually(): "it depends on the cause; `error.retryable` tells", "取决于原因，见 `error.retryable`";

    milliseconds(amount): "{amount} ms", "{amount} 毫秒";
    seconds(amount): "{amount} s", "{amount} 秒";
    minutes(minutes, seconds): "{minutes} min {seconds} s", "{minutes} 分 {seconds} 秒";
    whole_minutes(amount): "{amount} min", "{amount} 分钟";
    whole_hours(amount): "{amount} h", "{amount} 小时";
    whole_days(amount): "{amount} days", "{amount} 天";
    hours(hours, minutes): "{hours} h {minutes} min", "{hours} 小时 {minutes} 分";
}
