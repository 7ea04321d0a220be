//! Endpoints that people take for one: with the bucket in it, or without the vendor's domain.

use oss_client::Endpoint;

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::words::endpoint as say;

const DOMAIN: &str = ".aliyuncs.com";

/// Refuses an endpoint that cannot be meant, and names the one that is.
///
/// # Errors
///
/// Fails with wrong usage, and names the origin of the value.
pub(super) fn check(endpoint: &Endpoint, origin: &str) -> Result<(), Failure> {
    let host = endpoint.server().host();
    let failed = |what, meant: &str| {
        Err(Failure::new(ExitCode::Usage, "usage", what).hint(say::use_endpoint(meant)))
    };
    if !host.contains('.') && host.starts_with("oss-") {
        let meant = format!("{host}{DOMAIN}");
        return failed(say::no_domain(origin, host), &meant);
    }
    let labels = host
        .strip_suffix(DOMAIN)
        .and_then(|rest| rest.split_once('.'));
    match labels {
        Some((bucket, region)) if region.starts_with("oss-") => {
            let meant = format!("{region}{DOMAIN}");
            failed(say::has_bucket(origin, bucket), &meant)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::render;
    use crate::words::Language;

    fn refusal(endpoint: &str) -> String {
        let endpoint = Endpoint::parse(endpoint).expect("an endpoint by its form");
        match check(&endpoint, "--oss-endpoint") {
            Ok(()) => "fine\n".into(),
            Err(failure) => {
                assert_eq!(failure.exit_code, ExitCode::Usage);
                let words = |language| render(&failure, false, language);
                words(Language::English) + &words(Language::Chinese)
            }
        }
    }

    #[test]
    fn an_endpoint_that_cannot_be_meant_is_answered_with_the_one_that_is() {
        assert_eq!(
            refusal("my-bucket.oss-cn-hangzhou.aliyuncs.com"),
            "error: `--oss-endpoint` has the bucket `my-bucket` in it\n\
             hint: use `oss-cn-hangzhou.aliyuncs.com`; VectCut names the bucket\n\
             错误：`--oss-endpoint` 中包含了存储空间名 `my-bucket`\n\
             提示：请改为 `oss-cn-hangzhou.aliyuncs.com`，存储空间由 VectCut 指定\n"
        );
        assert_eq!(
            refusal("oss-cn-beijing"),
            "error: `--oss-endpoint` is `oss-cn-beijing`, which is no host name\n\
             hint: use `oss-cn-beijing.aliyuncs.com`; VectCut names the bucket\n\
             错误：`--oss-endpoint` 的值 `oss-cn-beijing` 不是主机名\n\
             提示：请改为 `oss-cn-beijing.aliyuncs.com`，存储空间由 VectCut 指定\n"
        );
    }

    #[test]
    fn other_endpoints_are_left_alone() {
        for endpoint in [
            "oss-cn-hangzhou.aliyuncs.com",
            "oss-cn-hangzhou-internal.aliyuncs.com",
            "cn-hangzhou.oss.aliyuncs.com",
            "oss-accelerate.aliyuncs.com",
            "files.example.com",
            "http://oss.localhost:9000",
            "http://127.0.0.1:9000",
        ] {
            assert_eq!(refusal(endpoint), "fine\n", "{endpoint}");
        }
    }
}
