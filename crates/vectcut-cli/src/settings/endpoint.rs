//! The endpoint of OSS. Refused is what people take for one: with the bucket in it, or without the vendor's domain.

use clap::ValueEnum as _;
use oss_client::{Addressing, Endpoint};

use super::{Environment, text};
use crate::args::{AddressingArg, ServerArgs};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::variables::{OSS_ADDRESSING, OSS_ENDPOINT};
use crate::words::{endpoint as say, failures};

const DEFAULT: &str = "oss-cn-hangzhou.aliyuncs.com";
const DOMAIN: &str = ".aliyuncs.com";

/// Reads the endpoint, and how its URLs name the bucket, from flags, environment and default.
///
/// # Errors
///
/// Fails with wrong usage, and names the flag or the variable whose value cannot be used.
pub(super) fn read(args: &ServerArgs, environment: &Environment) -> Result<Endpoint, Failure> {
    let (endpoint, origin) = text(
        args.oss_endpoint.as_deref(),
        "--oss-endpoint",
        environment,
        OSS_ENDPOINT,
        DEFAULT,
    )?;
    let endpoint = Endpoint::parse(&endpoint).map_err(|error| Failure::unusable(origin, &error))?;
    check(&endpoint, origin)?;
    Ok(match addressing(args.oss_addressing, environment)? {
        Some(addressing) => endpoint.addressing(addressing),
        None => endpoint,
    })
}

/// Returns how URLs are to name the bucket; `None` leaves it to the endpoint.
fn addressing(
    flag: Option<AddressingArg>,
    environment: &Environment,
) -> Result<Option<Addressing>, Failure> {
    let style = match (flag, environment.text(OSS_ADDRESSING)?) {
        (Some(flag), _) => Some(flag),
        (None, Some(value)) => Some(AddressingArg::from_str(&value, true).map_err(|_| {
            let what = failures::format_unknown(OSS_ADDRESSING, "virtual, path, cname");
            Failure::new(ExitCode::Usage, "usage", what)
        })?),
        (None, None) => None,
    };
    Ok(style.map(Into::into))
}

/// Refuses an endpoint that cannot be meant, and names the one that is.
///
/// # Errors
///
/// Fails with wrong usage, and names the origin of the value.
fn check(endpoint: &Endpoint, origin: &str) -> Result<(), Failure> {
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

    fn read_with(
        flag: Option<AddressingArg>,
        variables: &'static [(&'static str, &'static str)],
    ) -> Result<Endpoint, Failure> {
        let args = ServerArgs {
            oss_endpoint: Some("http://files.localhost:9000".into()),
            oss_addressing: flag,
            ..ServerArgs::default()
        };
        read(&args, &Environment::of(variables))
    }

    #[test]
    fn the_flag_says_how_the_bucket_is_named_then_the_variable_then_the_endpoint() {
        const CNAME: &[(&str, &str)] = &[(OSS_ADDRESSING, "cname")];
        let endpoint = Endpoint::parse("http://files.localhost:9000").expect("an endpoint");
        for (flag, variables, expected) in [
            (
                Some(AddressingArg::Path),
                CNAME,
                endpoint.clone().addressing(Addressing::Path),
            ),
            (None, CNAME, endpoint.clone().addressing(Addressing::Cname)),
            (None, &[], endpoint),
        ] {
            let found = read_with(flag, variables).expect("an endpoint");
            assert_eq!(found, expected);
        }
        let failure = read_with(None, &[(OSS_ADDRESSING, "host")]).expect_err("no such style");
        assert_eq!(failure.exit_code, ExitCode::Usage);
        assert!(
            failure.what.to(Language::English).contains(OSS_ADDRESSING),
            "{failure:?}"
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
