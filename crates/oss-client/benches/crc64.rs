//! The speed of the CRC-64, over bytes that are in the cache and over bytes that are not.
//!
//! `cargo bench -p oss-client` runs it.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use oss_client::Crc64Digest;

/// As much as is read of a file at a time; it has just been read, so it is in the cache.
const IN_CACHE_BYTES: usize = 256 * 1024;
/// More than caches hold.
const OUT_OF_CACHE_BYTES: usize = 256 * 1024 * 1024;

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("CRC-64");
    group.sample_size(20);
    for (name, len_bytes) in [
        ("256 KiB, in cache", IN_CACHE_BYTES),
        ("256 MiB, out of cache", OUT_OF_CACHE_BYTES),
    ] {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(len_bytes).collect();
        group.throughput(Throughput::BytesDecimal(len_bytes as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut digest = Crc64Digest::new();
                digest.update(black_box(&bytes));
                digest.value()
            });
        });
    }
    group.finish();
}

criterion_group!(crc64, bench);
criterion_main!(crc64);
