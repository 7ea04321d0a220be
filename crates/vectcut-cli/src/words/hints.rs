//! What a person can do.

use vectcut_upload::Hint;

use super::{Text, catalogue};

catalogue! {
    proxy_url():
        "set it to a URL such as `http://proxy.example:3128`",
        "请设为代理地址，例如 `http://proxy.example:3128`";
    no_proxy(variable):
        "or use no proxy: set `{variable}` to nothing",
        "或者不使用代理：将 `{variable}` 设为空";
    check_proxy(proxy):
        "check the proxy {proxy}, which these requests take",
        "请检查这些请求经过的代理 {proxy}";
    use_https():
        "begin it with `https://`; only this computer may be reached with `http://`",
        "请以 `https://` 开头；只有本机地址可以用 `http://`";
    give_name(): "give it a name with `--name`", "请用 `--name` 指定文件名";
    set_region():
        "set `--oss-region`, for example `cn-hangzhou`",
        "请设置 `--oss-region`，例如 `cn-hangzhou`";
    set_endpoint():
        "set `--oss-endpoint` to it; for a custom domain, add `--oss-addressing cname`",
        "请把 `--oss-endpoint` 设为该接入点；如果是自定义域名，还要加上 `--oss-addressing cname`";
    name_ca(): "name the CA's PEM file with `--ca-cert`", "请用 `--ca-cert` 指定 CA 的 PEM 文件";
    again_later(): "run the same command again later", "请稍后重新运行同一命令";
    resume(): "run the same command again to resume", "重新运行同一命令即可续传";
    start_over():
        "run the same command again; it starts this file over",
        "请重新运行同一命令；这个文件会从头上传";
    again_for_failed():
        "run the same command again for the files that failed; the others are not sent again",
        "重新运行同一命令即可重传失败的文件，已上传的不会重复发送";
    longer_budget():
        "OSS takes no parts of this file, so one run must send all of it: give it a longer `--budget`",
        "OSS 不接受这个文件的分片，必须一次传完：请用 `--budget` 设置更长的时间";
    again(): "run the same command again", "请重新运行同一命令";
    other_port():
        "choose another `--port`, or omit it to use a free one",
        "请换一个 `--port`，或者不指定，由系统选择空闲端口";

    wait_for_writer():
        "wait until no program writes to the file, then upload it again",
        "等其他程序写完这个文件后，再重新上传";
    name_files(): "to upload the files in it, add `-r`", "要上传其中的文件，请加上 `-r`";
    url_instead_of_file():
        "VectCut takes a URL as it is; only local files need an upload",
        "VectCut 可以直接使用链接，只有本地文件需要上传";
    path_of_file_url(path):
        "give the path without `file://`: `{path}`",
        "请去掉 `file://`，直接写路径：`{path}`";
    quotes_in_path(path):
        "the quotes are part of the path; without them it is `{path}`",
        "路径里多了引号；去掉后是 `{path}`";
    tilde_in_path():
        "`~` means your home folder only where the shell reads it; write it outside quotes, or write the whole path",
        "只有 shell 会把 `~` 当作主目录；请不要放在引号里，或写完整路径";
    windows_path():
        "this is a path of Windows; in WSL, `C:\\` is `/mnt/c/`",
        "这是 Windows 路径；在 WSL 中，`C:\\` 对应 `/mnt/c/`";
    upload_it(path):
        "to upload it: `vectcut upload {path}`",
        "上传这个文件：`vectcut upload {path}`";
    did_you_mean(path): "did you mean `{path}`?", "是不是 `{path}`？";
    link_to_nothing(target):
        "it is a link to `{target}`, which does not exist",
        "这是指向 `{target}` 的符号链接，而 `{target}` 不存在";
    glob_matched_nothing():
        "no file matches this pattern",
        "没有文件符合这个通配符";
    what_is_left_out():
        "hidden files are left out; check the folder, `--include` and `--exclude`",
        "隐藏文件不上传；请检查文件夹、`--include` 和 `--exclude`";
    folder_missing(path): "there is no folder `{path}`", "文件夹 `{path}` 不存在";
    disk_full(folder):
        "the disk of `{folder}` is full; free some space, or choose another folder with `--state-dir`",
        "`{folder}` 所在的磁盘已满；请清理空间，或用 `--state-dir` 换一个文件夹";
    free_space(folder):
        "the disk of `{folder}` is full; free some space",
        "`{folder}` 所在的磁盘已满，请清理空间";
    save_to_file(): "save the data to a regular file first", "请先把数据保存为普通文件";
    upload_again():
        "upload the file again; the damaged object has no URL",
        "请重新上传；损坏的对象没有生成链接";
    next_run_looks():
        "nothing was forgotten; the next run looks again before it sends anything",
        "进度已保留；下次运行会先核对，再决定是否发送";
    check_clock_for_url():
        "check this computer's clock; the next run only asks for a new URL",
        "请检查本机时钟；下次运行只会重新获取链接";
    more_time():
        "give each run more time, or upload over a faster connection",
        "请给每次运行更多时间，或换用更快的网络";
    check_network():
        "check the network, or give the run more time",
        "请检查网络，或给这次运行更多时间";
    new_credentials():
        "the upload credentials expired; a new upload gets new ones",
        "上传凭证已过期；重新上传会获取新的凭证";
    set_clock():
        "this computer's clock differs from the server's by more than 15 minutes; set it",
        "本机时钟与服务器相差超过 15 分钟，请校准时间";
    sign_v4():
        "leave out `--signature v1`; OSS accepts only V4 signatures for this bucket",
        "请去掉 `--signature v1`：这个存储空间只接受 V4 签名";
    report_signature():
        "a proxy may have changed the request, or this program has a fault; report it with the request ID",
        "可能是代理改动了请求，或者程序有缺陷；请附上请求 ID 反馈";
    signature_differs(diagnosis):
        "{diagnosis}; report it with the request ID",
        "签名不符的原因：{diagnosis}；请附上请求 ID 反馈";
    other_endpoint():
        "this bucket is served by another endpoint, such as a custom domain",
        "这个存储空间使用另一个接入点，例如自定义域名";
    base_url_moved(): "the base URL may have moved", "服务地址可能已变更";
    key_may_have_expired(): "the API key may have expired", "API 密钥可能已过期";
    other_server_answered():
        "another server may have answered, such as the login page of a network",
        "响应可能来自别的服务器，例如网络的登录页面";
    buy(link):
        "the membership may have expired, or its quota may be used up: {link}",
        "会员可能已到期，或者额度已用完，请前往 {link} 查看";
    stored_as(object_key):
        "the file is stored as `{object_key}`; only its URL is missing",
        "文件已保存为 `{object_key}`，只差获取链接";
    check_name():
        "check the host's name and whether this computer is online",
        "请检查主机名，以及本机是否联网";
    check_online():
        "check whether this computer is online and whether it needs a proxy",
        "请检查本机是否联网，以及是否需要代理";
    check_tls():
        "check the clock, and whether a proxy intercepts TLS with a CA that must be trusted",
        "请检查本机时钟，以及是否有代理拦截 TLS 而需要信任其 CA";
    upload_file(): "upload the file again", "请重新上传该文件";
    upload_first():
        "upload the file with `vectcut upload FILE`",
        "请先上传：`vectcut upload 文件`";
    name_object_key(): "name the object key instead", "请改为指定对象键";
    ask_for_less():
        "ask for a URL that is valid for a shorter time",
        "请把需要的有效期改短一些";
}

/// Returns a hint of the library in both languages.
pub(crate) fn of_library(hint: &Hint) -> Text {
    match hint {
        Hint::WaitForWriter => wait_for_writer(),
        Hint::NameFiles => name_files(),
        Hint::SaveToFile => save_to_file(),
        Hint::UploadAgain => upload_again(),
        Hint::NextRunLooks => next_run_looks(),
        Hint::CheckClockForUrl => check_clock_for_url(),
        Hint::MoreTime => more_time(),
        Hint::CheckNetwork => check_network(),
        Hint::NewCredentials => new_credentials(),
        Hint::SetClock => set_clock(),
        Hint::SignV4 => sign_v4(),
        Hint::ReportSignature => report_signature(),
        Hint::SignatureDiffers { diagnosis } => signature_differs(diagnosis),
        Hint::OtherEndpoint => other_endpoint(),
        Hint::BaseUrlMoved => base_url_moved(),
        Hint::KeyMayHaveExpired => key_may_have_expired(),
        Hint::OtherServerAnswered => other_server_answered(),
        Hint::Buy { link } => buy(link),
        Hint::StoredAs { object_key } => stored_as(object_key),
        Hint::CheckName => check_name(),
        Hint::CheckOnline => check_online(),
        Hint::CheckTls => check_tls(),
        Hint::UploadFile => upload_file(),
        Hint::NameObjectKey => name_object_key(),
        Hint::AskForLess => ask_for_less(),
    }
}
