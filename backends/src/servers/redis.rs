//! A Redis for tests.

use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::servers::certificate::Certificate;
use crate::servers::ports::Port;
use crate::servers::process::Process;
use crate::servers::{Failure, Outcome, PATIENCE, directory, text};

/// How a server is set up.
#[derive(Clone, Debug, Default)]
pub struct RedisOptions {
    /// Lines of its configuration, besides those that are always there.
    pub lines: Vec<String>,
    /// What it shows at its port for TLS; without it, there is none.
    pub certificate: Option<Certificate>,
    /// Whether it is the only member of a cluster, with all slots.
    pub cluster: bool,
    /// Name and port of the master that it follows as a sentinel; it holds no data then.
    pub sentinel_of: Option<(String, u16)>,
}

/// A server that runs, was killed or is paused. It writes nothing to disk: a restart has forgotten everything.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    port: Port,
    tls_port: Port,
    _bus_port: Port,
    cluster: bool,
    _dir: TempDir,
}

impl Redis {
    /// Starts a server.
    ///
    /// # Errors
    /// It is not installed (Debian package redis-server), or did not start.
    pub async fn start(options: &RedisOptions) -> Result<Self, Failure> {
        let dir = directory()?;
        let (port, tls_port, bus_port) = (Port::claim()?, Port::claim()?, Port::claim()?);
        let path = text(dir.path())?;
        let mut lines = format!("bind 127.0.0.1\nport {}\ndir {path}\n", port.number());
        if let Some(certificate) = &options.certificate {
            for (name, pem) in [
                ("ca.pem", &certificate.authority),
                ("cert.pem", &certificate.certificate),
                ("key.pem", &certificate.key),
            ] {
                fs::write(dir.path().join(name), pem)?;
            }
            write!(
                lines,
                "tls-port {}\ntls-ca-cert-file {path}/ca.pem\ntls-cert-file {path}/cert.pem\n\
                 tls-key-file {path}/key.pem\ntls-auth-clients no\n",
                tls_port.number()
            )?;
        }
        if options.cluster {
            let bus = bus_port.number();
            writeln!(lines, "cluster-enabled yes\ncluster-port {bus}")?;
        }
        match &options.sentinel_of {
            Some((name, master)) => {
                writeln!(lines, "sentinel monitor {name} 127.0.0.1 {master} 1")?;
            }
            None => lines.push_str("save \"\"\nappendonly no\n"),
        }
        for line in &options.lines {
            writeln!(lines, "{line}")?;
        }
        let file = dir.path().join("redis.conf");
        fs::write(&file, lines)?;
        let mut command = vec!["redis-server".to_owned(), text(&file)?.to_owned()];
        if options.sentinel_of.is_some() {
            command.push("--sentinel".to_owned());
        }
        let log = dir.path().join("redis.log");
        let mut redis = Self {
            process: Process::new(command, Vec::new(), log),
            port,
            tls_port,
            _bus_port: bus_port,
            cluster: options.cluster,
            _dir: dir,
        };
        redis.restart().await?;
        Ok(redis)
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// Where it listens for TLS.
    #[must_use]
    pub fn tls_port(&self) -> u16 {
        self.tls_port.number()
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it after it was killed.
    ///
    /// # Errors
    /// It does not start.
    pub async fn restart(&mut self) -> Outcome {
        let started = self.process.start(&[self.port.number()]).await;
        started.map_err(|error| format!("redis-server (Debian package redis-server): {error}"))?;
        if self.cluster {
            // The member keeps its slots in a file, so that this fails after a restart.
            let _slots = self.command("CLUSTER ADDSLOTSRANGE 0 16383").await;
            // What a member knows of itself spreads by its clock, and nothing tells when.
            let formed = async {
                while self.command("SET formed 1").await.is_err() {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            };
            timeout(PATIENCE, formed).await?;
        }
        Ok(())
    }

    /// Has it do nothing until [`Self::resume`]; its connections stay.
    ///
    /// # Errors
    /// It does not run.
    pub fn pause(&self) -> Outcome {
        self.process.pause()
    }

    /// Has it go on.
    ///
    /// # Errors
    /// It does not run.
    pub fn resume(&self) -> Outcome {
        self.process.resume()
    }

    /// Gives it a command of simple words; answers the first line of its answer.
    ///
    /// # Errors
    /// It says that it is wrong, or nothing.
    pub async fn command(&self, words: &str) -> Result<String, Failure> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port.number())).await?;
        stream.write_all(format!("{words}\r\n").as_bytes()).await?;
        let mut line = String::new();
        let mut reader = BufReader::new(stream);
        timeout(PATIENCE, reader.read_line(&mut line)).await??;
        match line.strip_prefix('-') {
            Some(error) => Err(error.trim_end().into()),
            None => Ok(line.trim_end().to_owned()),
        }
    }
}
