//! What was uploaded, what was not finished, and links of it.

use super::catalogue;

catalogue! {
    unfinished(): "Unfinished", "未完成";
    finished(): "Finished", "已完成";
    nothing(): "nothing was uploaded with this state folder", "这个状态文件夹中没有上传记录";
    progress(done): ", {done} uploaded", "，已上传 {done}";
    only_url_is_missing(): ", only the URL is missing", "，只差获取链接";
    from_stdin(name): "`{name}` (standard input)", "`{name}`（标准输入）";
    object_key(key): ", object key `{key}`", "，对象键 `{key}`";
    at_server(url): ", at {url}", "，服务器 {url}";
    in_use(): ", in progress", "，正在上传";
    of_size(size): ", {size}", "，{size}";
    ago(time): ", {time} ago", "，{time}前";
    just_now(): ", just now", "，刚刚";
    link_expires_in(time): ", the URL expires in {time}", "，链接 {time}后到期";
    link_expired(): ", the URL has expired", "，链接已过期";
    how_to_resume(): "resume one with `vectcut uploads resume ID`", "续传：`vectcut uploads resume ID`";
    how_to_renew(): "get a new URL with `vectcut url FILE` or `vectcut url KEY`", "获取新链接：`vectcut url 文件` 或 `vectcut url 对象键`";

    no_unfinished(upload): "no unfinished upload is `{upload}`", "没有未完成的上传 `{upload}`";
    no_finished(object): "no finished upload is `{object}`", "没有 `{object}` 的上传记录";
    list_them(): "`vectcut uploads` lists them", "可用 `vectcut uploads` 查看";
    discarded(path): "discarded; the next upload of `{path}` begins at the start", "已丢弃，下次上传 `{path}` 会从头开始";
    forgotten(object, count): "forgot `{object}` (entries: {count}); the object stays on OSS", "已删除 `{object}` 的记录（{count} 条），OSS 上的对象不受影响";
    state_dir_unusable(): "the state folder cannot be used", "状态文件夹无法使用";
    no_state_dir(): "there is no state folder", "没有可用的状态文件夹";
    name_state_dir(): "name one with `--state-dir`", "请用 `--state-dir` 指定";

    no_link(object): "could not get a URL of `{object}`", "无法获取 `{object}` 的链接";
    neither_file_nor_object(name):
        "there is no file `{name}`, and VectCut knows no object with that key",
        "没有文件 `{name}`，VectCut 也没有以此为键的对象";
    valid_for(time): "the URL is valid for {time}", "链接有效期还剩 {time}";
    not_an_object(object): "`{object}` is neither a file nor an object key nor a URL", "`{object}` 不是文件、对象键或链接";
}
