//! What failed. The hints are in [`hints`](super::hints).

use super::catalogue;

catalogue! {
    write(path): "could not write `{path}`", "无法写入 `{path}`";
    no_code(code): "there is no code `{code}`", "没有 `{code}` 这个代码";
    all_codes(): "`vectcut explain` lists all codes", "`vectcut explain` 会列出所有代码";
    no_schema(name): "there is no schema `{name}`", "没有 `{name}` 这个 schema";
    no_command(name): "there is no command `{name}`", "没有 `{name}` 这个命令";
    could_not_upload(path): "could not upload `{path}`", "无法上传 `{path}`";
    setting_unusable(origin): "the value of `{origin}` cannot be used", "`{origin}` 的值无法使用";
    setting_not_utf8(variable): "the value of `{variable}` is not UTF-8", "`{variable}` 的值不是 UTF-8 文本";
    proxy_unusable(variable):
        "the value of `{variable}` is not the URL of a proxy",
        "`{variable}` 的值不是代理地址";
    https_setup(): "could not set up the HTTPS client", "无法初始化 HTTPS 客户端";
    stdout(): "could not write the result to standard output", "无法将结果写入标准输出";
    runtime(): "could not start the runtime", "无法启动运行时";
    signals(): "could not listen for signals", "无法监听系统信号";
    stdin_twice(): "standard input can be used only once", "标准输入只能使用一次";
    stdin_without_name():
        "standard input has no file name; give it one with `--name`",
        "标准输入没有文件名，请用 `--name` 指定";
    no_files(places): "there is no file to upload in `{places}`", "`{places}` 中没有可上传的文件";
    empty_list(path): "the list `{path}` names no file", "列表 `{path}` 中没有文件";
    read_folder(path): "could not read the folder `{path}`", "无法读取文件夹 `{path}`";
    not_a_folder(path): "`{path}` is a file; `watch` needs a folder", "`{path}` 是文件；`watch` 需要文件夹";
    read_list(path): "could not read the list of files `{path}`", "无法读取文件列表 `{path}`";
    read_stdin(): "could not save standard input to a file", "无法把标准输入保存为文件";
    name_of_several():
        "`--name` works with one file only",
        "`--name` 只能用于单个文件";

    format_unknown(variable, formats):
        "the value of `{variable}` is not one of {formats}",
        "`{variable}` 的值不在可选范围内：{formats}";
    descriptor_unusable(number):
        "`--progress-fd {number}`: this is not an open file descriptor that can be written",
        "`--progress-fd {number}`：这不是一个已打开、可写入的文件描述符";

    batch_interrupted(files): "interrupted: {files}", "已中断：{files}";
    batch_budget_ended(files): "the time budget ended: {files}", "时间预算已用完：{files}";
    not_finished(count, files, names):
        "{count} of {files} files not finished ({names})",
        "{files} 个文件中有 {count} 个未传完（{names}）";
    not_begun(count): "{count} not begun", "{count} 个还没有开始";
    not_begun_of(count, files):
        "{count} of {files} files not begun",
        "{files} 个文件中有 {count} 个还没有开始";
    and(): ", ", "，";
    budget_ended(step, path):
        "the time budget ended while {step} `{path}`",
        "时间预算已用完，`{path}` 停在{step}阶段";
    budget_ended_before(path):
        "the time budget ended before the upload of `{path}` began",
        "时间预算已用完，`{path}` 还没有开始上传";
    interrupted(step, path): "interrupted while {step} `{path}`", "已中断，`{path}` 停在{step}阶段";
    interrupted_before(path):
        "interrupted before the upload of `{path}` began",
        "已中断，`{path}` 还没有开始上传";
    bytes_are_safe(bytes): "; {bytes} are uploaded", "；已上传 {bytes}";

    sandbox_start(): "could not start the sandbox", "无法启动沙盒";
    sandbox_settings(): "the settings of the sandbox cannot be used", "沙盒的设置无法使用";
    command_not_found(program): "could not find the command `{program}`", "找不到命令 `{program}`";
    command_not_run(program): "could not run the command `{program}`", "无法运行命令 `{program}`";
    command_wait(): "could not wait for the command", "无法等待命令结束";

    url_fetch(): "could not fetch the URL back", "无法取回链接的内容";
    url_fetch_whole(): "could not fetch the URL back to its end", "链接的内容没有取完";
    file_compare(path): "could not read `{path}` again to compare it", "无法再次读取 `{path}` 进行比对";
    url_differs(path, bytes):
        "the URL does not return the bytes of `{path}`; the first {bytes} bytes are equal",
        "链接返回的内容与 `{path}` 不一致，只有前 {bytes} 字节相同";
}
