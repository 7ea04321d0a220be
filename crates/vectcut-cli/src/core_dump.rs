//! Keeps the memory of this process out of core dumps: it holds the API key and the upload credentials.

/// Forbids core dumps of this process, where the system lets it.
///
/// On Linux other processes of the same user cannot read its memory either, unless they are privileged.
pub(crate) fn forbid() {
    // A system that refuses leaves things as they were; there is nothing else to do about it.
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
    // The limit does not bind a core dump that the kernel pipes into a program.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn the_process_leaves_no_core_dump() {
        super::forbid();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(
            dumpable_behavior().expect("Linux tells it"),
            DumpableBehavior::NotDumpable
        );
    }
}
