//! Notes on standard error about what happens meanwhile.

use super::catalogue;

catalogue! {
    waiting(name):
        "`{name}`: another process is uploading it; waiting",
        "`{name}`：另一个进程正在上传此文件，等待中";
    resuming(name, bytes):
        "`{name}`: resuming, {bytes} already uploaded",
        "`{name}`：续传中，已上传 {bytes}";
    file_changed(name):
        "`{name}`: changed since the last run; starting over",
        "`{name}`：上次运行后文件有改动，从头上传";
    retrying(name, reason, delay):
        "`{name}`: {reason}; retrying in {delay}",
        "`{name}`：{reason}；{delay}后重试";
    clock_behind(by):
        "this computer's clock is {by} behind the server's; using the server's time to sign requests",
        "本机时钟比服务器慢 {by}，签名时改用服务器时间";
    clock_ahead(by):
        "this computer's clock is {by} ahead of the server's; using the server's time to sign requests",
        "本机时钟比服务器快 {by}，签名时改用服务器时间";
    signature_changed():
        "OSS no longer accepts V1 signatures; using V4",
        "OSS 不再接受 V1 签名，改用 V4";
    started_over(name, reason): "`{name}`: {reason}; starting over", "`{name}`：{reason}；从头上传";
    not_kept(name, reason):
        "`{name}`: progress can't be saved, so this upload can't be resumed: {reason}",
        "`{name}`：无法保存进度，中断后不能续传：{reason}";
    url_expires_soon(name, left):
        "`{name}`: the URL expires in {left}",
        "`{name}`：链接将在 {left}后失效";

    not_uploaded_either(count):
        "not uploaded for the same reason: {count} more",
        "另有 {count} 个文件因同样的原因没有上传";
    failed_too(names): "failed in the same way: {names}", "以同样方式失败：{names}";
    names_and_more(names, count): "{names} and {count} more", "{names}，另有 {count} 个";
    comma(): ", ", "、";
    semicolon(): "; ", "；";
    summary(files, counts, bytes, elapsed):
        "{files} files: {counts}; {bytes} in {elapsed}",
        "{files} 个文件：{counts}；共 {bytes}，用时 {elapsed}";
    summary_comma(): ", ", "，";
    uploaded(count): "{count} uploaded", "已上传 {count} 个";
    resumed(count): "{count} resumed", "已续传 {count} 个";
    reused(count): "{count} reused", "已复用 {count} 个";
    failed(count): "{count} failed", "失败 {count} 个";
    stopped(count): "{count} stopped", "未完成 {count} 个";
    ended(status, path, size, elapsed):
        "{status} `{path}` ({size}) in {elapsed}",
        "{status} `{path}`（{size}），用时 {elapsed}";
    watching(path): "watching `{path}`; Ctrl-C stops it", "正在监视 `{path}`；按 Ctrl-C 停止";
    files_left_alone(count):
        "files that were there before are not uploaded: {count}; `--existing` uploads them too",
        "已有的 {count} 个文件不会上传；加上 `--existing` 可一并上传";
    sandbox_ready(address):
        "the sandbox is ready at {address}; Ctrl-C stops it",
        "沙盒已就绪：{address}；按 Ctrl-C 停止";
    sandbox_status(address):
        "watch it in a browser: {address}",
        "在浏览器中查看：{address}";
    fault_never_struck(fault): "the fault `{fault}` never struck", "故障 `{fault}` 从未发生";
    fault_struck_less(fault, strikes):
        "the fault `{fault}` struck less often than it should: {strikes}×",
        "故障 `{fault}` 发生的次数少于设定：{strikes} 次";

    would_upload(count, bytes):
        "files to upload: {count}, {bytes}; nothing was sent",
        "将上传 {count} 个文件，共 {bytes}；没有发送任何内容";

    empty_file(path): "warning: `{path}` has no bytes", "警告：`{path}` 是空文件（0 字节）";
    wrong_extension(path, extension, found):
        "warning: `{path}` is named `.{extension}`, but its first bytes are those of `.{found}`",
        "警告：`{path}` 的扩展名是 `.{extension}`，但文件内容是 `.{found}` 格式";
    index_missing(path):
        "warning: `{path}` has no index (`moov`), so players cannot open it; the recording was probably cut",
        "警告：`{path}` 缺少索引（`moov`），播放器打不开；可能是录制中断，文件不完整";
    index_last(path, command):
        "warning: `{path}` has its index (`moov`) at the end, so it starts to play late; to move it: `{command}`",
        "警告：`{path}` 的索引（`moov`）在文件末尾，在线播放起播慢；可以这样移到开头：`{command}`";
}
