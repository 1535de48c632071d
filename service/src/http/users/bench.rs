//! Where passwords are checked: the memory that a check fills is used again.
//!
//! A check takes 19 MiB and a moment. The system's allocator keeps memory of that size for the thread that had it, and
//! checks run on whichever thread is free, so that after a busy morning each thread would sit on a few times 19 MiB.

use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// How many pieces of memory are kept for checks to come. Checks that are made at the same time beyond that bring
/// their own.
const KEPT_MAX: usize = 2;

/// Checks passwords, one or several at a time.
#[derive(Debug, Default)]
pub(super) struct Bench {
    kept: Mutex<Vec<Vec<Block>>>,
}

impl Bench {
    /// Whether `password` is the one of `hash`, a string in the PHC format. Takes its time: to be called where that
    /// harms nobody.
    pub(super) fn verify(&self, hash: &str, password: &[u8]) -> bool {
        let Ok(hash) = PasswordHash::new(hash) else {
            return false;
        };
        let mut memory = self.kept().pop().unwrap_or_default();
        let right = matches(&hash, password, &mut memory).is_some_and(|right| right);
        // Nothing of the password stays behind.
        memory.fill(Block::new());
        let mut kept = self.kept();
        if kept.len() < KEPT_MAX {
            kept.push(memory);
        }
        right
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None`: the hash is not one of Argon2, or its parameters are impossible.
fn matches(hash: &PasswordHash, password: &[u8], memory: &mut Vec<Block>) -> Option<bool> {
    let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Some(Version::default()), |version| {
        Version::try_from(version).ok()
    })?;
    let params = Params::try_from(hash).ok()?;
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    let mut out = [0; Output::MAX_LENGTH];
    let out = out.get_mut(..expected.len())?;
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password, salt, out, memory)
        .ok()?;
    // Compares in constant time.
    Some(Output::new(out).ok()? == *expected)
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordHasher;

    use super::*;

    fn hash(params: Params) -> String {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password_with_salt(b"secret", b"a salt of sorts!");
        hash.unwrap().to_string()
    }

    #[test]
    fn a_password_is_checked_in_memory_that_others_used() {
        let bench = Bench::default();
        let small = hash(Params::new(8, 1, 1, None).unwrap());
        let large = hash(Params::new(256, 2, 1, Some(48)).unwrap());
        for hash in [&small, &large, &small] {
            assert!(bench.verify(hash, b"secret"));
            assert!(!bench.verify(hash, b"Secret"));
        }
        assert_eq!(bench.kept().len(), 1, "one check at a time needs one piece");
        assert_eq!(bench.kept()[0].len(), 256);
        for broken in [
            "",
            "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ",
            "$5$rounds=5000$x$y",
        ] {
            assert!(!bench.verify(broken, b"secret"), "{broken}");
        }
    }

    #[test]
    fn no_more_is_kept_than_is_needed_again() {
        let bench = Bench::default();
        let hash = hash(Params::new(8, 1, 1, None).unwrap());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert!(bench.verify(&hash, b"secret")));
            }
        });
        assert!(bench.kept().len() <= KEPT_MAX);
    }
}
