//! A TCP proxy that breaks connections where its plan says so: what an unreliable network does to answers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::random::Random;

/// A proxy between one phone and the service. Dropping it ends all of its connections.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    _accepting: JoinSet<()>,
}

struct Shared {
    server: Mutex<SocketAddr>,
    plans: Mutex<Random>,
    healthy: AtomicBool,
    trap: Mutex<Option<Trap>>,
    cuts: AtomicUsize,
}

/// What happens to one connection.
#[derive(Clone, Copy, Debug)]
struct Plan {
    /// After so many bytes from the server the client gets no more; `None`: all of them.
    cut_after: Option<usize>,
    /// How the client sees the end.
    to_client: Ending,
    /// How the server sees it.
    to_server: Aftermath,
    /// How long bytes travel.
    delay: Duration,
}

/// Waits for an answer of a size.
#[derive(Clone, Copy, Debug)]
struct Trap {
    bytes: usize,
    to_server: Aftermath,
}

/// How a connection ends for one side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    Fin,
    Rst,
}

impl Ending {
    /// Has a connection end so when it is dropped. What was written arrives before a FIN; a RST may overtake it.
    fn prepare(self, stream: &TcpStream) {
        if self == Self::Rst {
            let linger = Some(Duration::ZERO);
            SockRef::from(stream).set_linger(linger).unwrap();
        }
    }
}

/// What the server sees of a cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aftermath {
    /// The end at once: the rest of the answer cannot be sent, or not be acknowledged.
    AtOnce(Ending),
    /// The proxy takes the whole answer and closes in good order: nothing tells that the client has not got it.
    Swallowed,
    /// The proxy takes everything and stays.
    Silent,
}

impl Proxy {
    /// A proxy in front of `server`, with the plans that `random` makes.
    pub(crate) async fn start(server: SocketAddr, random: Random) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            server: Mutex::new(server),
            plans: Mutex::new(random),
            healthy: AtomicBool::new(false),
            trap: Mutex::default(),
            cuts: AtomicUsize::new(0),
        });
        let address = listener.local_addr().unwrap();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            _accepting: accepting,
        }
    }

    /// Cuts the next answer that has at least so many bytes, whatever its connection's plan. The client sees a FIN.
    pub(crate) fn trap(&self, bytes: usize, to_server: Aftermath) {
        *self.shared.trap.lock().unwrap() = Some(Trap { bytes, to_server });
    }

    /// From now on new connections are left alone; the present ones keep their plans.
    pub(crate) fn heal(&self) {
        self.shared.healthy.store(true, Ordering::SeqCst);
    }

    /// New connections lead to another server.
    pub(crate) fn lead_to(&self, server: SocketAddr) {
        *self.shared.server.lock().unwrap() = server;
    }

    /// How many connections were cut.
    pub(crate) fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (client, _) = accepted.unwrap();
                let plan = shared.plan();
                connections.spawn(carry(client, plan, Arc::clone(&shared)));
            }
            Some(ended) = connections.join_next() => ended.unwrap(),
        }
    }
}

impl Shared {
    fn plan(&self) -> Plan {
        let mut random = self.plans.lock().unwrap();
        let ending = |random: &mut Random| *random.pick(&[Ending::Fin, Ending::Rst]);
        let plan = Plan {
            cut_after: random.percent(95).then(|| random.of_any_size(15)),
            to_client: ending(&mut random),
            to_server: match random.below(4) {
                0 => Aftermath::AtOnce(Ending::Fin),
                1 => Aftermath::AtOnce(Ending::Rst),
                2 => Aftermath::Swallowed,
                _ => Aftermath::Silent,
            },
            delay: Duration::from_millis(random.below(4)),
        };
        match self.healthy.load(Ordering::SeqCst) {
            true => Plan {
                cut_after: None,
                ..plan
            },
            false => plan,
        }
    }
}

/// Carries bytes between a client and the server until one of them closes or the plan cuts.
async fn carry(mut client: TcpStream, mut plan: Plan, shared: Arc<Shared>) {
    let address = *shared.server.lock().unwrap();
    let Ok(mut server) = TcpStream::connect(address).await else {
        return;
    };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    match until_cut(&mut client, &mut server, plan, &shared).await {
        Carried::Closed => return,
        Carried::Cut => {}
        Carried::Trapped(trap) => {
            plan.to_client = Ending::Fin;
            plan.to_server = trap.to_server;
        }
    }
    shared.cuts.fetch_add(1, Ordering::SeqCst);
    plan.to_client.prepare(&client);
    drop(client);
    match plan.to_server {
        Aftermath::AtOnce(ending) => ending.prepare(&server),
        Aftermath::Swallowed => swallow(&mut server, Duration::from_millis(200)).await,
        Aftermath::Silent => swallow(&mut server, Duration::from_secs(3600)).await,
    }
}

/// How carrying ended.
enum Carried {
    /// One of the two closed.
    Closed,
    /// As the plan says.
    Cut,
    /// By the trap.
    Trapped(Trap),
}

async fn until_cut(
    client: &mut TcpStream,
    server: &mut TcpStream,
    plan: Plan,
    shared: &Shared,
) -> Carried {
    let (mut up, mut down) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    let mut left = plan.cut_after.unwrap_or(usize::MAX);
    while left > 0 {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(read @ 1..) = read else { return Carried::Closed };
                sleep(plan.delay).await;
                if server.write_all(&up[..read]).await.is_err() {
                    return Carried::Closed;
                }
            }
            read = server.read(&mut down) => {
                let Ok(read @ 1..) = read else { return Carried::Closed };
                sleep(plan.delay).await;
                if let Some(trap) = shared.trap.lock().unwrap().take_if(|trap| read >= trap.bytes) {
                    return Carried::Trapped(trap);
                }
                let read = read.min(left);
                if client.write_all(&down[..read]).await.is_err() {
                    return Carried::Closed;
                }
                left -= read;
            }
        }
    }
    Carried::Cut
}

/// Reads on for a while; ends early when the server closes.
async fn swallow(server: &mut TcpStream, time: Duration) {
    let mut buffer = vec![0; 16 * 1024];
    let reading = async { while let Ok(1..) = server.read(&mut buffer).await {} };
    let _in_time = timeout(time, reading).await;
}
