//! The skill for agents.

use super::catalogue;

catalogue! {
    installed(folder): "installed the skill in `{folder}`", "已把技能安装到 `{folder}`";
    current(folder): "the skill in `{folder}` is current", "`{folder}` 中的技能已是最新";
    removed(folder): "removed the skill from `{folder}`", "已从 `{folder}` 移除技能";
    absent(folder): "no skill of this command is in `{folder}`", "`{folder}` 中没有由本命令安装的技能";
    foreign(path):
        "`{path}` was changed, or is not from this command",
        "`{path}` 被改动过，或不是由本命令写入的";
    force(): "keep a copy of it, then run the command with `--force`", "请先备份，再加上 `--force` 运行";
    not_written(folder): "could not change the skill in `{folder}`", "无法更改 `{folder}` 中的技能";
    no_agent(): "found no agent on this computer", "没有在本机找到任何智能体";
    name_one(names):
        "name one with `--agent`, or use `--all`: {names}",
        "请用 `--agent` 指定，或用 `--all` 指定全部：{names}";
    no_home(): "this computer has no home folder for you", "找不到你的主目录";
}
