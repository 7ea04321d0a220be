//! Inputs from a corpus and a seed: the same ones every time.

use fastrand::Rng;

/// The longest input, in bytes.
const INPUT_MAX_BYTES: usize = 4096;
/// The most changes between a file of the corpus and an input.
const CHANGES_MAX: usize = 6;
/// Bytes that parsers treat in ways of their own.
const ODD: &[u8] = b"\0\n\r\t \"%&'+,-./0:;<=>?@[]{}\x7f\x80\xff";

/// Makes inputs without end.
pub struct Mutation {
    random: Rng,
    corpus: Vec<Vec<u8>>,
}

impl Mutation {
    /// Starts with these files and this seed.
    pub fn new(corpus: Vec<Vec<u8>>, seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed),
            corpus,
        }
    }

    /// Returns the next input: mostly a changed file of the corpus, now and then any bytes.
    pub fn input(&mut self) -> Vec<u8> {
        if self.corpus.is_empty() || self.random.u8(..16) == 0 {
            let len = self.random.usize(..256);
            return self.bytes(len);
        }
        let mut input = self.file();
        for _ in 0..self.random.usize(1..=CHANGES_MAX) {
            self.change(&mut input);
        }
        input.truncate(INPUT_MAX_BYTES);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.random.usize(..=input.len());
        let end = (at + self.random.usize(..=16)).min(input.len());
        match self.random.u8(..7) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << self.random.u8(..8);
                }
            }
            1 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = ODD[self.random.usize(..ODD.len())];
                }
            }
            2 => drop(input.drain(at..end)),
            3 => input.truncate(at),
            4 => {
                let len = self.random.usize(1..8);
                let fresh = self.bytes(len);
                input.splice(at..at, fresh);
            }
            5 => {
                let copy = input[at..end].repeat(self.random.usize(1..4));
                let target = self.random.usize(..=input.len());
                input.splice(target..target, copy);
            }
            _ => {
                // The rest of another file, from anywhere in it.
                let other = self.file();
                let from = self.random.usize(..=other.len());
                input.splice(at.., other[from..].iter().copied());
            }
        }
    }

    fn file(&mut self) -> Vec<u8> {
        self.corpus[self.random.usize(..self.corpus.len())].clone()
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        let odd = self.random.bool();
        (0..len)
            .map(|_| match odd {
                true => ODD[self.random.usize(..ODD.len())],
                false => self.random.u8(..),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_inputs_again() {
        let inputs = |seed| {
            let mut mutation = Mutation::new(vec![b"part#3:reset=64k".to_vec()], seed);
            (0..100).map(|_| mutation.input()).collect::<Vec<_>>()
        };
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
    }
}
