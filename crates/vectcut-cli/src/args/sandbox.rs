//! The flags of `vectcut sandbox`, and the policy that they make.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};
use vectcut_sandbox::{Fault, Link, Policy, Renewal, Rights};

use super::ShellArg;
use crate::values;

#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Command to run against the sandbox, with its arguments
    #[arg(last = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    pub(crate) command: Vec<OsString>,
    /// Port on 127.0.0.1 [default: a free one]
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
    /// Serve https; the settings then name the certificate authority, too
    #[arg(long)]
    pub(crate) tls: bool,
    /// Name OSS by IP address, for systems that do not resolve bucket.oss.localhost
    #[arg(long)]
    pub(crate) by_ip: bool,
    /// Shell whose syntax prints the settings [default: sh; on Windows powershell]
    #[arg(long, conflicts_with = "command")]
    pub(crate) shell: Option<ShellArg>,
    /// Folder that keeps objects, uploads and keys across restarts [default: a temporary folder]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) state_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Inject a fault, for example put:reset=64k or part#2:error=InternalError; can be repeated
    #[arg(long, value_name = "FAULT", value_parser = str::parse::<Fault>, help_heading = "Faults")]
    pub(crate) fault: Vec<Fault>,
    /// Simulate a network, for example round-trip=40ms,connection=50mbit,total=400mbit
    #[arg(long, value_name = "LINK", value_parser = str::parse::<Link>, help_heading = "Faults")]
    pub(crate) link: Option<Link>,
}

/// What the servers allow, and the time of their clock.
#[derive(Debug, Args)]
#[command(next_help_heading = "Policy")]
pub(crate) struct PolicyArgs {
    /// What temporary credentials may do on their object key
    #[arg(long, value_name = "RIGHTS", default_value = "put-only")]
    pub(crate) rights: RightsArg,
    /// Refuse every V1 signature, as OSS does for new accounts and buckets
    #[arg(long)]
    pub(crate) refuse_v1: bool,
    /// Response to another init for a file whose upload is not complete
    #[arg(long, value_name = "RENEWAL", default_value = "new-key")]
    pub(crate) renewal: RenewalArg,
    /// Lifetime of temporary credentials, for example 90s
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = values::duration)]
    pub(crate) credentials_lifetime: Duration,
    /// Seconds by which the servers' clock is ahead; negative means behind
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "0",
        allow_negative_numbers = true
    )]
    pub(crate) clock_offset: i64,
}

/// The rights of temporary credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RightsArg {
    /// Upload it, whole or in parts; no abort, list of parts, head or get
    PutOnly,
    /// Upload it in one PUT only
    NoMultipart,
    /// Everything
    Full,
}

/// The response to another init.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RenewalArg {
    /// Another object key, and credentials for it only
    NewKey,
    /// Another object key, and credentials for it and the earlier ones
    NewKeyWithAccess,
    /// The same object key, and new credentials
    SameKey,
}

impl PolicyArgs {
    /// Returns the policy of the sandbox.
    pub(crate) fn policy(&self) -> Policy {
        let policy = Policy::default()
            .rights(self.rights.into())
            .renewal(self.renewal.into());
        if self.refuse_v1 {
            policy.refuse_v1()
        } else {
            policy
        }
    }
}

impl From<RightsArg> for Rights {
    fn from(rights: RightsArg) -> Self {
        match rights {
            RightsArg::PutOnly => Self::PutObjectOnly,
            RightsArg::NoMultipart => Self::NoMultipart,
            RightsArg::Full => Self::Full,
        }
    }
}

impl From<RenewalArg> for Renewal {
    fn from(renewal: RenewalArg) -> Self {
        match renewal {
            RenewalArg::NewKey => Self::NewKey,
            RenewalArg::NewKeyWithAccess => Self::NewKeyWithAccess,
            RenewalArg::SameKey => Self::SameKey,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::{Command, CommandLine};

    fn policy_args(flags: &[&str]) -> PolicyArgs {
        let line = ["vectcut", "sandbox"].iter().chain(flags);
        let line = CommandLine::try_parse_from(line).expect("the flags are known");
        match line.command {
            Command::Sandbox(args) => args.policy,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_flags_it_is_the_policy_of_the_sandbox_itself() {
        let args = policy_args(&[]);
        assert_eq!(args.policy(), Policy::default());
        assert_eq!(args.credentials_lifetime, Duration::from_secs(900));
        assert_eq!(args.clock_offset, 0);
    }

    #[test]
    fn each_flag_is_a_part_of_the_policy() {
        let default = Policy::default;
        for (flags, expected) in [
            (&["--rights=put-only"] as &[_], default()),
            (
                &["--rights=no-multipart"],
                default().rights(Rights::NoMultipart),
            ),
            (&["--rights=full"], default().rights(Rights::Full)),
            (&["--refuse-v1"], default().refuse_v1()),
            (&["--renewal=new-key"], default()),
            (
                &["--renewal=new-key-with-access"],
                default().renewal(Renewal::NewKeyWithAccess),
            ),
            (&["--renewal=same-key"], default().renewal(Renewal::SameKey)),
            (
                &["--rights=full", "--refuse-v1", "--renewal=same-key"],
                default()
                    .rights(Rights::Full)
                    .refuse_v1()
                    .renewal(Renewal::SameKey),
            ),
        ] {
            assert_eq!(policy_args(flags).policy(), expected, "{flags:?}");
        }
    }

    #[test]
    fn a_clock_may_be_behind() {
        assert_eq!(
            policy_args(&["--clock-offset", "-3600"]).clock_offset,
            -3600
        );
        assert_eq!(policy_args(&["--clock-offset=7200"]).clock_offset, 7200);
    }
}
