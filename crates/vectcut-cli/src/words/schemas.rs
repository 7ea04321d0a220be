//! What each JSON Schema describes.

use super::catalogue;

catalogue! {
    upload():
        "What `vectcut upload --format json` prints: one result for one file, an array of them for several",
        "`vectcut upload --format json` 的输出：单个文件为一个结果，多个文件为结果数组";
    upload_line():
        "A line that `vectcut upload --format jsonl` or `vectcut watch` prints: the result of one file",
        "`vectcut upload --format jsonl` 或 `vectcut watch` 输出的一行：一个文件的结果";
    dry_run():
        "What `vectcut upload --dry-run --format json` prints: the files that would be uploaded",
        "`vectcut upload --dry-run --format json` 的输出：将会上传的文件";
    dry_run_line():
        "A line that `vectcut upload --dry-run --format jsonl` prints: one file",
        "`vectcut upload --dry-run --format jsonl` 输出的一行：一个文件";
    progress():
        "A line of `vectcut upload --progress json`, and of standard error with `--log-format json`",
        "`vectcut upload --progress json` 的一行，也是 `--log-format json` 时标准错误的一行";
    doctor():
        "What `vectcut doctor --format json` prints: a report with one entry for each check",
        "`vectcut doctor --format json` 的输出：报告，每项检查一条";
    uploads():
        "What `vectcut uploads --format json` prints: unfinished and finished uploads",
        "`vectcut uploads --format json` 的输出：未完成和已完成的上传";
    url():
        "What `vectcut url --format json` prints: the URL of an upload",
        "`vectcut url --format json` 的输出：一个上传的链接";
}
