//! Random choices that can be repeated: a test prints its seed, and `E2E_SEED` sets it.

use fastrand::Rng;

/// Returns the random generator of the named test.
#[expect(clippy::print_stdout, reason = "the seed is shown when the test fails")]
pub(crate) fn chance(test: &str) -> Rng {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one setting of these tests, to repeat one that failed"
    )]
    let given = std::env::var("E2E_SEED").ok();
    let seed = match given {
        Some(text) => text.parse().expect("`E2E_SEED` is a number"),
        None => fastrand::u64(..),
    };
    println!("{test}: the seed is {seed}; `E2E_SEED={seed}` sets it again");
    Rng::with_seed(seed)
}
