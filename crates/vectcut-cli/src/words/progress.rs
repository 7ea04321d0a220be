//! Progress: the lines on a terminal, and those in a log.

use super::catalogue;

catalogue! {
    line(name, words): "`{name}`: {words}", "`{name}`：{words}";
    line_of_several(ended, files, words):
        "{ended}/{files} files: {words}",
        "{ended}/{files} 个文件：{words}";
    count(ended, files): "{ended}/{files} files", "{ended}/{files} 个文件";
    more_files(count): "... and {count} more", "……另有 {count} 个文件";
    sent(percent, sent): "uploading, {percent}% ({sent})", "上传中，{percent}%（{sent}）";
    at_rate(rate): ", {rate}", "，{rate}";
    time_left(left): ", {left} left", "，剩余 {left}";
    one_waits(words): "; {words}", "；{words}";
    countdown(left): "{left} left", "剩 {left}";

    not_begun(): "not begun", "未开始";
    all_sent(all): "all {all} sent, waiting for OSS", "{all} 已全部发出，等待 OSS 响应";
    all_sent_some_safe(all, safe):
        "all {all} sent, OSS has {safe}",
        "{all} 已全部发出，OSS 已收到 {safe}";
    all_sent_short(): "all sent, waiting for OSS", "已发出，等待 OSS";
    comparing_with_earlier(percent, read):
        "comparing with an earlier upload, {percent}% ({read})",
        "正在与之前上传的文件比对，{percent}%（{read}）";
    comparing_with_earlier_short(percent): "comparing, {percent}%", "正在比对，{percent}%";
    comparing(): "fetching the URL back to compare", "正在取回链接的内容进行比对";
    comparing_short(): "comparing", "正在比对";
    getting_credentials(): "preparing, waiting for VectCut", "准备中，等待 VectCut 响应";
    getting_url(): "finishing, waiting for VectCut", "收尾中，等待 VectCut 响应";
    other_process(): "waiting: another process uploads it", "等待中：另一个进程正在上传此文件";
    other_process_short(): "another process has it", "另一个进程正在上传";
    cannot_reach(server): "cannot reach {server}, retrying", "无法连接 {server}，正在重试";
    request_failed(server): "a request to {server} failed, retrying", "{server} 请求失败，正在重试";
    gives_up_in(left): ", gives up in {left}", "，{left} 后放弃";
    retrying(): "retrying", "正在重试";
    retrying_short(left): "retrying for up to {left}", "重试中，{left} 后放弃";
}
