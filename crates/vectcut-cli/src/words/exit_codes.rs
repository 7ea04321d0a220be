//! Exit codes of a run that no single failure explains.

use super::catalogue;

catalogue! {
    success(): "every file is uploaded and has its URL", "所有文件都已上传，并有链接";
    use_urls(): "use the URL of each result", "使用每个结果的链接";
    some_failed(): "files failed for different reasons", "多个文件因不同原因失败";
    read_each_error(): "read `error` of each result", "查看每个结果的 `error`";
}
