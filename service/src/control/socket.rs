//! The socket itself: made so that only its owner can open it, never taken from a service that is alive.

use std::convert::Infallible;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time;
use tower::Service;
use tracing::{debug, warn};

use crate::tasks::Tasks;

/// Connections at once: operators, and traces that run.
const CONNECTIONS_MAX: usize = 32;
/// Longest time for the head of a request.
const HEAD_MAX: Duration = Duration::from_secs(10);
/// The pause after an accept that failed.
const PAUSE: Duration = Duration::from_millis(200);

/// Why there is no control socket.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// Another service answers there.
    #[error("another directpush answers on {} (listen.control)", .0.display())]
    Live(PathBuf),
    /// Something else is there, which is not ours to remove.
    #[error("{} is there and is no socket (listen.control)", .0.display())]
    NotASocket(PathBuf),
    /// The system does not let us.
    #[error("cannot make {} (listen.control)", path.display())]
    System {
        /// The socket, or its directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The socket at work. Its file goes with `close`.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    /// Device and inode of the file, so that a successor's is not removed.
    file: (u64, u64),
    tasks: Tasks,
}

impl Control {
    /// Makes the socket and serves requests on it.
    ///
    /// # Errors
    /// When somebody alive has it, or the system does not let us.
    pub(crate) async fn start(path: &Path, router: Router) -> Result<Self, SocketError> {
        let listener = listen(path).await?;
        let file = identity(path).map_err(|source| SocketError::System {
            path: path.to_owned(),
            source,
        })?;
        let tasks = Tasks::new();
        tasks.spawn(accept(listener, router, tasks.clone()));
        Ok(Self {
            path: path.to_owned(),
            file,
            tasks,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Stops answering and removes the file, unless somebody else has put another one there.
    pub(crate) async fn close(&self) {
        self.tasks.drain(Duration::from_secs(1)).await;
        if identity(&self.path).is_ok_and(|file| file == self.file)
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            debug!(%error, "the control socket's file stays");
        }
    }
}

/// Listens at a path. The file never has a wider mode than its own, and is whole when it appears: it is made under
/// another name beside it.
async fn listen(path: &Path) -> Result<UnixListener, SocketError> {
    let failed = |at: &Path, source| SocketError::System {
        path: at.to_owned(),
        source,
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o755);
        builder
            .create(folder)
            .map_err(|source| failed(folder, source))?;
    }
    vacant(path).await?;
    let beside = beside(path);
    let _left_by_a_crash = std::fs::remove_file(&beside);
    let listener = UnixListener::bind(&beside).map_err(|source| failed(path, source))?;
    let shown = std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o600))
        .and_then(|()| std::fs::rename(&beside, path));
    if let Err(source) = shown {
        let _nothing_to_keep = std::fs::remove_file(&beside);
        return Err(failed(path, source));
    }
    Ok(listener)
}

/// Whether the path may be taken: nothing is there, or a socket that nobody answers on.
async fn vacant(path: &Path) -> Result<(), SocketError> {
    let there = match std::fs::symlink_metadata(path) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => {
            return Err(SocketError::System {
                path: path.to_owned(),
                source,
            });
        }
    };
    if !there.file_type().is_socket() {
        return Err(SocketError::NotASocket(path.to_owned()));
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // Who does not let us in may be alive as well.
        Ok(_) | Err(_) => Err(SocketError::Live(path.to_owned())),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}", std::process::id()));
    path.with_file_name(name)
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let there = std::fs::symlink_metadata(path)?;
    Ok((there.dev(), there.ino()))
}

async fn accept(listener: UnixListener, router: Router, tasks: Tasks) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let stop = tasks.token();
    let accepting = async {
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let serving = serve(stream, router.clone(), tasks.clone());
                    tasks.spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    warn!(%error, "the control socket did not accept");
                    time::sleep(PAUSE).await;
                }
            }
        }
    };
    stop.run_until_cancelled(accepting).await;
}

async fn serve(stream: UnixStream, router: Router, tasks: Tasks) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let answering = router.clone().call(request);
        async move { Ok::<_, Infallible>(answering.await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    let stop = tasks.token();
    if let Some(Err(error)) = stop.run_until_cancelled(connection).await {
        debug!(%error, "a control connection ended");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/control.sock");
        (folder, path)
    }

    #[tokio::test]
    async fn only_the_owner_may_open_it_and_it_goes_with_its_service() {
        let (_folder, path) = place();
        let control = Control::start(&path, Router::new()).await.unwrap();
        let mode = std::fs::symlink_metadata(&path).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
        let beside = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(beside, 1, "nothing is left beside it");
        control.close().await;
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_stale_one_is_replaced_a_live_one_is_not() {
        let (_folder, path) = place();
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "the file outlives its listener");
        let first = Control::start(&path, Router::new()).await.unwrap();
        let second = Control::start(&path, Router::new()).await;
        assert!(matches!(second, Err(SocketError::Live(_))));
        // A successor that was put there all the same is not removed by its predecessor.
        std::fs::remove_file(&path).unwrap();
        let _other = UnixListener::bind(&path).unwrap();
        first.close().await;
        assert!(path.exists());
    }

    #[tokio::test]
    async fn what_is_no_socket_is_left_alone() {
        let (_folder, path) = place();
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "mine").unwrap();
        let refused = Control::start(&path, Router::new()).await;
        assert!(matches!(refused, Err(SocketError::NotASocket(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    }
}
