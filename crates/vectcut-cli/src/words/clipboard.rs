//! Links on the clipboard.

use super::catalogue;

catalogue! {
    copied(): "the link is on the clipboard", "链接已复制到剪贴板";
    copied_several(count):
        "{count} links are on the clipboard, one per line",
        "已将 {count} 个链接复制到剪贴板，每行一个";
    asked(): "asked the terminal to copy the link", "已请终端复制链接";
    asked_several(count):
        "asked the terminal to copy {count} links, one per line",
        "已请终端复制 {count} 个链接，每行一个";
    in_tmux():
        "; if nothing was copied, run `tmux set -g set-clipboard on`",
        "；如果没有复制成功，请运行 `tmux set -g set-clipboard on`";
    otherwise(advice): "; if nothing was copied: {advice}", "；如果没有复制成功：{advice}";
    not_copied(reason): "warning: the link was not copied: {reason}", "警告：没有复制链接：{reason}";
    install(package): "install {package}", "请安装 {package}";
    failed(program): "`{program}` failed or took too long", "`{program}` 出错或超时";
    nowhere():
        "this session has neither a clipboard nor a terminal that can copy",
        "当前会话没有剪贴板，终端也不能复制";
}
