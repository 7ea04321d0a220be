//! A command line that cannot be used: what is wrong with it, and what was probably meant.

use super::catalogue;

catalogue! {
    no_such_command(name): "there is no command `{name}`", "没有 `{name}` 这个命令";
    no_such_option(option): "there is no option `{option}`", "没有 `{option}` 这个选项";
    unexpected_argument(argument): "unexpected argument `{argument}`", "多余的参数 `{argument}`";
    missing(arguments): "missing: {arguments}", "缺少参数：{arguments}";
    invalid_value(value, option): "`{value}` is not valid for `{option}`", "`{value}` 不能用于 `{option}`";
    invalid_value_because(value, option, reason):
        "`{value}` is not valid for `{option}`: it {reason}",
        "`{value}` 不能用于 `{option}`：{reason}";
    no_value(option): "`{option}` needs a value", "`{option}` 需要一个值";
    conflict(option, other): "`{option}` cannot be used with `{other}`", "`{option}` 不能与 `{other}` 同时使用";
    given_twice(option): "`{option}` is given twice", "`{option}` 重复出现";
    not_utf8(): "an argument is not UTF-8", "有参数不是 UTF-8 文本";
    other(): "this command line cannot be used", "无法识别这条命令";

    did_you_mean(what): "did you mean `{what}`?", "是不是要用 `{what}`？";
    possible_values(values): "possible values: {values}", "可选值：{values}";
    see_help(command): "see `{command} --help`", "用法见 `{command} --help`";
    no_key_on_the_command_line(variable):
        "every user of this computer can read a command line; run `vectcut login`, or set `{variable}`",
        "命令行会被本机其他用户看到；请运行 `vectcut login`，或设置 `{variable}`";
    lang_before_help():
        "put `--lang` before `help`: `vectcut --lang zh help upload`",
        "请把 `--lang` 放在 `help` 之前：`vectcut --lang zh help upload`";
    doctor_knows(): "`vectcut doctor` shows where the key comes from and whether VectCut accepts it", "`vectcut doctor` 会显示密钥的来源以及 VectCut 是否接受它";
    file_after_dashes(argument): "to name a file like that, write `-- {argument}`", "如果文件名就是这样，请写成 `-- {argument}`";

    reason_range(least, most): "must be {least} to {most}", "应为 {least} 到 {most}";
    reason_empty(): "must not be empty", "不能为空";
    reason_slash(): "must not contain `/` or `\\`", "不能包含 `/` 或 `\\`";
    reason_control(): "must not contain control characters", "不能包含控制字符";
    reason_media_type(): "must look like video/mp4", "应类似 video/mp4";
    reason_rate(): "must be at least 1 byte/s", "至少为每秒 1 字节";
    reason_size(): "must look like 8M, 500k or 1048576", "应类似 8M、500k 或 1048576";
    reason_part_size(): "must be 128k to 5G", "应在 128k 到 5G 之间";
    reason_duration(): "must look like 100s, 2m or 1h30m", "应类似 100s、2m 或 1h30m";
    reason_positive(): "must be greater than 0", "必须大于 0";
}
