//! Where Cyrus is: unpacked in the cache, since Debian's package cannot be installed beside Dovecot's.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::servers::{Failure, text};

/// Cyrus in a test's directory: it works as nobody, who cannot look into our cache.
#[derive(Debug)]
pub(crate) struct Programs {
    bin: PathBuf,
    libraries: Vec<PathBuf>,
    plugins: String,
}

impl Programs {
    pub(crate) fn bring(dir: &Path) -> Result<Self, Failure> {
        let root = cache()?.join("directpush/cyrus");
        let bin = root.join("usr/lib/cyrus/bin");
        if !bin.join("imapd").exists() {
            let place = root.display();
            return Err(format!("{place} has no Cyrus: .ci/cyrus unpacks it there").into());
        }
        let made = dir.join("bin");
        fs::create_dir(&made)?;
        for program in [
            "master",
            "imapd",
            "lmtpd",
            "idled",
            "notifyd",
            "ctl_cyrusdb",
        ] {
            bring(&bin.join(program), &made.join(program))?;
        }
        let triplet = format!("{}-linux-gnu", env::consts::ARCH);
        let mut libraries = Vec::new();
        for (number, place) in ["usr/lib", "lib"].into_iter().enumerate() {
            let from = root.join(place).join(&triplet);
            let to = dir.join(format!("lib{number}"));
            if from.exists() {
                bring_all(&from, &to)?;
                libraries.push(to);
            }
        }
        let own = libraries.iter().map(|place| place.join("sasl2"));
        let all = own.chain([Path::new("/usr/lib").join(triplet).join("sasl2")]);
        let plugins = env::join_paths(all)?.into_string();
        Ok(Self {
            bin: made,
            libraries,
            plugins: plugins.map_err(|_| "a path is no text")?,
        })
    }

    pub(crate) fn path(&self, program: &str) -> Result<String, Failure> {
        Ok(text(&self.bin.join(program))?.to_owned())
    }

    pub(crate) fn environment(&self) -> Result<Vec<(String, String)>, Failure> {
        let libraries = env::join_paths(&self.libraries)?;
        let libraries = libraries.into_string().map_err(|_| "a path is no text")?;
        Ok(vec![
            ("LD_LIBRARY_PATH".to_owned(), libraries),
            ("SASL_PATH".to_owned(), self.plugins.clone()),
        ])
    }
}

fn cache() -> Result<PathBuf, Failure> {
    let place = |name, below| Some(PathBuf::from(env::var_os(name)?).join(below));
    let found = place("XDG_CACHE_HOME", "").or_else(|| place("HOME", ".cache"));
    found.ok_or_else(|| "neither XDG_CACHE_HOME nor HOME is set".into())
}

/// A second name for the file, or a copy on another file system.
fn bring(from: &Path, to: &Path) -> io::Result<()> {
    let from = fs::canonicalize(from)?;
    if fs::hard_link(&from, to).is_err() {
        fs::copy(from, to)?;
    }
    Ok(())
}

fn bring_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else {
            continue;
        };
        if path.is_dir() {
            bring_all(&path, &to.join(name))?;
        } else if path.exists() {
            bring(&path, &to.join(name))?;
        }
    }
    Ok(())
}
