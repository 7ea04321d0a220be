//! Signing in and out, and the API key.

use super::catalogue;

catalogue! {
    no_key(variable):
        "there is no API key: nobody has signed in, and `{variable}` is not set",
        "没有 API 密钥：尚未登录，也未设置 `{variable}`";
    unusable_key(origin):
        "the value of `{origin}` cannot be an API key",
        "`{origin}` 的值不是有效的 API 密钥";
    unusable_typed_key(): "this cannot be an API key", "这不是有效的 API 密钥";
    nobody_to_ask():
        "the API key can only be typed in a terminal, and this is none",
        "API 密钥只能在终端中输入，而当前不是终端";
    refused_key(status):
        "VectCut refused this API key (HTTP {status}), so it was not saved",
        "VectCut 拒绝了这个 API 密钥（HTTP {status}），没有保存";
    refused_membership(status):
        "VectCut does not serve this account now (HTTP {status}), so the API key was not saved",
        "VectCut 目前不为该账号提供服务（HTTP {status}），没有保存 API 密钥";
    unchecked_key():
        "could not tell whether VectCut accepts this API key, so it was not saved",
        "无法确认 VectCut 是否接受这个 API 密钥，没有保存";
    responded(status): "VectCut responded with HTTP {status}", "VectCut 的响应为 HTTP {status}";
    #[cfg(unix)]
    file_open_to_others(path):
        "`{path}` holds the API key, and other users can read or write it",
        "`{path}` 保存着 API 密钥，但其他用户可以读写它";
    #[cfg(unix)]
    file_of_another_user(path):
        "`{path}` should hold your API key, and another user owns it",
        "`{path}` 用于保存你的 API 密钥，却属于另一个用户";
    #[cfg(unix)]
    folder_open_to_others(path):
        "other users can write to the folder `{path}`, so the API key was not saved there",
        "其他用户可以写入文件夹 `{path}`，没有把 API 密钥保存在那里";
    #[cfg(unix)]
    folder_of_another_user(path):
        "another user owns the folder `{path}`, so the API key was not saved there",
        "文件夹 `{path}` 属于另一个用户，没有把 API 密钥保存在那里";
    file_unreadable(path): "could not read the API key in `{path}`", "无法读取 `{path}` 中的 API 密钥";
    file_unwritten(path): "could not save the API key in `{path}`", "无法将 API 密钥保存到 `{path}`";
    file_unremoved(path): "could not remove `{path}`", "无法删除 `{path}`";
    no_folder():
        "there is no folder for settings: no home folder is known",
        "没有可用的设置文件夹：找不到用户主目录";
    not_for_cmd(variable):
        "the value of `{variable}` has characters that cmd would change",
        "`{variable}` 的值含有 cmd 会改动的字符";

    get_key(variable):
        "run `vectcut login`, or set `{variable}` to the key from https://www.vectcut.com/auth",
        "请运行 `vectcut login` 登录，或将 `{variable}` 设为 https://www.vectcut.com/auth 上的密钥";
    try_sandbox():
        "try an upload without a key: `vectcut upload --sandbox FILE`",
        "没有密钥也可以先试用：`vectcut upload --sandbox 文件`";
    copy_again():
        "copy the whole key again from https://www.vectcut.com/auth",
        "请到 https://www.vectcut.com/auth 重新复制完整的密钥";
    check_membership():
        "if the key is right, see whether the membership has expired: https://www.vectcut.com",
        "如果密钥无误，请确认会员是否已到期：https://www.vectcut.com";
    use_terminal(): "run `vectcut login` in a terminal", "请在终端中运行 `vectcut login`";
    pipe_key():
        "or send the key to its standard input: `vectcut login --with-key < FILE`",
        "或者从标准输入传入密钥：`vectcut login --with-key < 文件`";
    set_variable(variable): "or set `{variable}`", "或者设置 `{variable}`";
    no_check():
        "try again later, or save it unchecked with `--no-check`",
        "请稍后重试，或用 `--no-check` 不经验证直接保存";
    save_unchecked():
        "then run `vectcut login` again, or save the key now with `--no-check`",
        "之后重新运行 `vectcut login`，或者现在就用 `--no-check` 保存密钥";
    #[cfg(unix)]
    close_file(path): "run `chmod 600 {path}`", "请运行 `chmod 600 {path}`";
    #[cfg(unix)]
    close_folder(path): "run `chmod go-w {path}`", "请运行 `chmod go-w {path}`";
    #[cfg(unix)]
    take_file(path):
        "if it is yours, run `sudo chown $(id -u) {path}`",
        "如果它是你的，请运行 `sudo chown $(id -u) {path}`";
    #[cfg(unix)]
    replace_file():
        "or run `vectcut login`, which replaces it",
        "或者重新运行 `vectcut login`，它会替换该文件";
    print_export():
        "print a line that sets the key for this shell instead: `vectcut login --print-export`",
        "可以改为只在当前 shell 中设置密钥：`vectcut login --print-export`";
    use_powershell(): "use PowerShell: `--shell powershell`", "请改用 PowerShell：`--shell powershell`";

    opening(url): "opening {url} in the browser", "正在浏览器中打开 {url}";
    open_yourself(url): "open {url} in a browser and sign in", "请在浏览器中打开 {url} 并登录";
    where_key_is():
        "the key is in the menu under your avatar; copy it and paste it here",
        "密钥在头像下方的菜单里，复制后粘贴到这里";
    question(): "API key (hidden):", "API 密钥（输入时不显示）：";
    checking(server): "asking {server} whether it accepts the key", "正在向 {server} 验证密钥";
    saved(path): "signed in; the key is saved in `{path}`", "已登录，密钥保存在 `{path}`";
    next(): "next: `vectcut upload FILE`", "接下来可以上传：`vectcut upload 文件`";
    saved_unchecked(path):
        "the key is saved in `{path}`; nobody has checked it",
        "密钥已保存在 `{path}`，未经验证";
    variable_wins(variable):
        "`{variable}` is set and counts before the saved key; remove it to use the saved one",
        "已设置 `{variable}`，它优先于保存的密钥；如需使用保存的密钥，请取消该变量";
    signed_out(path): "signed out; `{path}` is removed", "已退出登录，`{path}` 已删除";
    was_signed_out(path): "nobody was signed in; there is no `{path}`", "本来就没有登录，不存在 `{path}`";
    variable_stays(variable):
        "`{variable}` is still set, so commands still have a key; remove it from the environment too",
        "`{variable}` 仍然有值，命令会继续使用它；如需完全退出，请一并取消该变量";
}
