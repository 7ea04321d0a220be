//! Endpoints that people take for one.

use super::catalogue;

catalogue! {
    has_bucket(origin, bucket):
        "`{origin}` has the bucket `{bucket}` in it",
        "`{origin}` 中包含了存储空间名 `{bucket}`";
    no_domain(origin, host):
        "`{origin}` is `{host}`, which is no host name",
        "`{origin}` 的值 `{host}` 不是主机名";
    use_endpoint(endpoint):
        "use `{endpoint}`; VectCut names the bucket",
        "请改为 `{endpoint}`，存储空间由 VectCut 指定";
}
