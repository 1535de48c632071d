//! Who may log in: Cyrus asks us as it would ask saslauthd, over a socket.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

use crate::servers::cyrus::CyrusOptions;
use crate::servers::{Failure, Login};

type Shared = Arc<Mutex<BTreeMap<String, String>>>;

#[derive(Debug)]
pub(crate) struct Passwords {
    known: Shared,
    /// Ends with us.
    _tasks: JoinSet<()>,
}

impl Passwords {
    pub(crate) fn serve(dir: &Path, options: &CyrusOptions) -> Result<Self, Failure> {
        let path = dir.join("mux");
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(path, Permissions::from_mode(0o777))?;
        let logins = options.users.iter().chain(&options.proxy);
        let pairs = logins.map(|login| (login.user.clone(), login.password.clone()));
        let known: Shared = Arc::new(Mutex::new(pairs.collect()));
        let theirs = Arc::clone(&known);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One question at a time; who breaks off asks no more.
                let _left = answer(stream, &theirs).await;
            }
        });
        Ok(Self {
            known,
            _tasks: tasks,
        })
    }

    pub(crate) fn login(&self, user: &str) -> Result<Login, Failure> {
        let known = lock(&self.known);
        let password = known.get(user);
        let password = password.ok_or_else(|| format!("there is no user {user}"))?;
        Ok(Login::new(user, password))
    }

    pub(crate) fn set(&self, login: &Login) {
        lock(&self.known).insert(login.user.clone(), login.password.clone());
    }

    pub(crate) fn remove(&self, user: &str) {
        lock(&self.known).remove(user);
    }
}

fn lock(known: &Shared) -> MutexGuard<'_, BTreeMap<String, String>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// User, password, service and realm come, each after its length; an answer goes the same way.
async fn answer(mut stream: UnixStream, known: &Shared) -> std::io::Result<()> {
    let user = field(&mut stream).await?;
    let password = field(&mut stream).await?;
    field(&mut stream).await?;
    field(&mut stream).await?;
    let right = lock(known).get(&user) == Some(&password);
    let answer = if right { b"\0\x02OK" } else { b"\0\x02NO" };
    stream.write_all(answer).await
}

async fn field(stream: &mut UnixStream) -> std::io::Result<String> {
    let length = stream.read_u16().await?;
    let mut bytes = vec![0; length.into()];
    stream.read_exact(&mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
