//! Ports that stay ours: also while a server is down, and against other test programs.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below those that the kernel gives to whoever asks for any.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A loopback port that is ours as long as the lock is held.
#[derive(Debug)]
pub(crate) struct Port {
    number: u16,
    _lock: File,
}

impl Port {
    /// Claims a port that nobody listens at and nobody else has claimed.
    pub(crate) fn claim() -> io::Result<Self> {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let dir = std::env::temp_dir().join("directpush-test-ports");
        fs::create_dir_all(&dir)?;
        // Others' test programs claim here as well; if the directory is theirs, so are its rights.
        let _theirs = fs::set_permissions(&dir, fs::Permissions::from_mode(0o1777));
        let start = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or_default();
        for _ in 0..COUNT {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            let number = FIRST + start.wrapping_add(step) % COUNT;
            let Ok(lock) = File::create(dir.join(number.to_string())) else {
                continue;
            };
            let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok();
            if lock.try_lock().is_ok() && free() {
                return Ok(Self {
                    number,
                    _lock: lock,
                });
            }
        }
        Err(io::Error::other("no loopback port is free"))
    }

    pub(crate) fn number(&self) -> u16 {
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::Port;

    #[test]
    fn a_port_has_one_owner() {
        let ports: Vec<_> = (0..50).map(|_| Port::claim().unwrap()).collect();
        let mut numbers: Vec<_> = ports.iter().map(Port::number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 50);
    }
}
