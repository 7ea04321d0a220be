//! What `vectcut mcp` says. The descriptions of its tools are for models, and English: they are beside the tools.

use super::catalogue;

catalogue! {
    root_unusable(path): "could not open the folder `{path}`", "无法打开文件夹 `{path}`";
    no_root():
        "the working directory is a whole disk, which is no sensible root",
        "当前目录是整个磁盘，不适合作为根目录";
    name_root(): "name the folders with `--root FOLDER`", "请用 `--root 文件夹` 指定文件夹";
    outside_roots(path): "`{path}` is not in a folder that may be read", "`{path}` 不在允许读取的文件夹中";
    add_root(roots):
        "move or copy the file into `{roots}`, or start the server with another `--root FOLDER`",
        "请把文件移动或复制到 `{roots}`，或者用另一个 `--root 文件夹` 启动服务器";
    file_missing(path):
        "could not find `{path}` in a folder that this server may read",
        "在允许读取的文件夹中找不到 `{path}`";
    is_folder(path): "`{path}` is a folder", "`{path}` 是文件夹";
    name_files(): "name the files in it", "请列出其中的文件";
    not_a_file(path): "`{path}` is not a regular file", "`{path}` 不是普通文件";
    file_protected(path):
        "`{path}` is hidden, or looks like a key or stored credentials",
        "`{path}` 是隐藏文件，或者像是密钥或凭证";
    allow_hidden():
        "copy it under another name if it may be public, or start the server with `--allow-hidden`",
        "如果可以公开，请复制为其他文件名，或者用 `--allow-hidden` 启动服务器";
    kept_by_program(path):
        "`{path}` belongs to this program's own state",
        "`{path}` 是本程序自己的状态文件";
    no_such_upload(id): "there is no upload `{id}`", "没有编号为 `{id}` 的上传";
    upload_files_again():
        "call `upload_files` with the paths; what was sent before is not sent again",
        "请用这些路径调用 `upload_files`；已发送的部分不会重发";
    no_such_link(of): "could not get the URL of `{of}`", "无法获取 `{of}` 的链接";
    no_such_link_in_time(of):
        "VectCut gave no URL of `{of}` in time",
        "VectCut 没有及时给出 `{of}` 的链接";
    upload_first(): "call `upload_files` with the path", "请用该路径调用 `upload_files`";
    one_of_three():
        "give one of `path`, `object_key` and `url`",
        "请给出 `path`、`object_key`、`url` 之一";
    arguments(tool): "the arguments of `{tool}` cannot be used", "`{tool}` 的参数有误";
    paths_are_an_array():
        "`paths` must be an array of strings, such as `[\"clip.mp4\"]`",
        "`paths` 必须是字符串数组，例如 `[\"clip.mp4\"]`";
    upload_same_files():
        "call `upload_files` with the same paths to resume",
        "用相同的路径调用 `upload_files` 即可续传";
    no_paths(): "`paths` is empty", "`paths` 为空";
    cancelled(path): "the upload of `{path}` was cancelled", "`{path}` 的上传已取消";
    files_do_not_respond():
        "the disk with the files does not respond",
        "文件所在的磁盘没有响应";
    serve(): "could not talk to the client", "无法与客户端通信";

    sent_of(sent, total, files):
        "{sent} of {total} sent; files left: {files}",
        "已发送 {sent} / {total}，剩余文件：{files}";
    preparing(files): "preparing; files left: {files}", "准备中，剩余文件：{files}";
    all_ended(): "finished", "已结束";

    exit_internal(): "a fault of the program itself", "程序内部错误";
    exit_usage(): "wrong usage", "用法有误";
    exit_api_key(): "no API key, or VectCut refused it", "没有 API 密钥，或被 VectCut 拒绝";
    exit_local_file():
        "a local file is missing, unreadable, or changed while it was being sent",
        "本地文件不存在、无法读取，或在上传时有改动";
    exit_unavailable():
        "the network or a server kept failing; the same call later continues",
        "网络或服务器一直失败；稍后再次调用即可继续";
    exit_refused(): "VectCut or OSS refused the request for good", "VectCut 或 OSS 最终拒绝了请求";
    exit_corrupted(): "OSS did not store the bytes that were sent", "OSS 保存的内容与发送的不一致";
    exit_stopped(): "stopped; the same call continues", "已停止；再次调用即可继续";

    config_needs_root(client):
        "{client} works in no project, so the entry needs a folder",
        "{client} 没有项目目录，因此条目必须指定文件夹";
    config_place_unknown():
        "the place of the client's configuration is not known on this system",
        "不知道客户端的配置文件在此系统上的位置";
    config_name_file(): "name it with `--file FILE`", "请用 `--file 文件` 指定";
    config_not_read(path): "could not read `{path}`", "无法读取 `{path}`";
    config_not_understood(path):
        "could not understand `{path}`, so nothing was written",
        "无法解析 `{path}`，因此没有写入";
    config_mend(): "mend the file, or add the entry by hand", "请先修正该文件，或者手动添加条目";
    config_not_written(path): "could not write `{path}`", "无法写入 `{path}`";
    config_written(path): "added to `{path}`", "已添加到 `{path}`";
    config_unchanged(path): "`{path}` has this entry already", "`{path}` 已有此条目";
    config_backup(path): "the file as it was before: `{path}`", "原文件保存为：`{path}`";
    config_for_file(path): "for `{path}`:", "用于 `{path}`：";
    config_own_path(): "could not find the path of this program", "无法确定本程序的路径";
}
