//! Progress: the bar and the plain lines.

use super::catalogue;

catalogue! {
    line(name, words): "`{name}`: {words}", "`{name}`：{words}";
    all_sent(all): "uploading, all {all} sent, waiting for OSS", "上传中，{all} 已全部发出，等待 OSS 响应";
    all_sent_some_safe(all, safe):
        "uploading, all {all} sent, OSS has {safe}",
        "上传中，{all} 已全部发出，OSS 已收到 {safe}";
    sent(percent, sent): "uploading, {percent}% ({sent})", "上传中，{percent}%（{sent}）";
    at_rate(rate): ", {rate}", "，{rate}";
    time_left(left): ", {left} left", "，剩余 {left}";
    waiting_for_backend(step): "{step}, waiting for VectCut", "{step}中，等待 VectCut 响应";
    not_begun(): "not begun", "未开始";
    comparing(): "fetching the URL back to compare", "正在取回链接的内容进行比对";
    getting_credentials():
        "preparing: getting credentials from VectCut",
        "准备：正在从 VectCut 获取上传凭证";
    getting_url(): "finishing: getting the URL from VectCut", "收尾：正在从 VectCut 获取链接";
    countdown(left): "{left} left", "剩 {left}";
}
