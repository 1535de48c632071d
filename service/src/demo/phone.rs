//! A phone with real connections.

use std::time::Instant;

use protocol::device::{Config, Connection, Device, Event, Output, Replica, Request};
use protocol::query::{self, Command};
use tokio::time;

use super::wire::{Exchange, Lane, Server};

/// The state machine of a phone and the connections that it asks for.
pub(super) struct Phone {
    device: Device,
    server: Server,
    main: Lane,
    push: Lane,
    /// What the requests on the two connections ask for; `None` is OPTIONS.
    commands: [Option<Command>; 2],
}

/// What happened at once: events, possibly with the answer that caused them.
pub(super) struct Turn {
    /// The request that is over, if it was one.
    pub(super) exchange: Option<(Option<Command>, Exchange)>,
    /// What the phone makes of it.
    pub(super) events: Vec<Event>,
}

impl Phone {
    pub(super) fn new(config: Config, server: Server) -> Self {
        Self {
            device: Device::new(config),
            server,
            main: Lane::default(),
            push: Lane::default(),
            commands: [None; 2],
        }
    }

    pub(super) fn replica(&self) -> &Replica {
        self.device.replica()
    }

    /// Whether it waits for changes and does nothing else.
    pub(super) fn is_parked(&self) -> bool {
        self.device.is_parked()
    }

    /// Lives on until something happens. Cancel-safe.
    pub(super) async fn turn(&mut self) -> Turn {
        loop {
            let until = self.act();
            let events: Vec<_> = std::iter::from_fn(|| self.device.next_event()).collect();
            if !events.is_empty() {
                return Turn {
                    exchange: None,
                    events,
                };
            }
            let pause = async {
                match until {
                    Some(until) => time::sleep_until(until.into()).await,
                    None => std::future::pending().await,
                }
            };
            let (connection, exchange) = tokio::select! {
                exchange = self.push.finished() => (Connection::Push, exchange),
                exchange = self.main.finished() => (Connection::Main, exchange),
                () = pause => continue,
            };
            return self.take(connection, exchange);
        }
    }

    /// Waits for the answer to the Ping that is under way, and does nothing more.
    pub(super) async fn last_answer(&mut self) -> Turn {
        let exchange = self.push.finished().await;
        self.take(Connection::Push, exchange)
    }

    /// Closes both connections, whatever is under way.
    pub(super) fn hang_up(&mut self) {
        self.main.close();
        self.push.close();
    }

    /// Does what the phone wants now, and says until when nothing is to be done.
    fn act(&mut self) -> Option<Instant> {
        loop {
            match self.device.poll(Instant::now()) {
                Output::Send(request) => self.send(request),
                Output::Close(connection) => self.lane(connection).close(),
                Output::Wait { until } => return until,
            }
        }
    }

    fn send(&mut self, request: Request) {
        let line = query::parse(&request.query).ok();
        let connection = request.connection;
        *self.command(connection) = line.map(|line| line.command);
        let server = self.server.clone();
        self.lane(connection).start(&server, request);
    }

    fn take(&mut self, connection: Connection, exchange: Exchange) -> Turn {
        match &exchange.outcome {
            Ok(answer) => self.device.answered(connection, answer, exchange.ended),
            Err(failure) => self.device.failed(connection, *failure, exchange.ended),
        }
        let command = *self.command(connection);
        Turn {
            exchange: Some((command, exchange)),
            events: std::iter::from_fn(|| self.device.next_event()).collect(),
        }
    }

    fn lane(&mut self, connection: Connection) -> &mut Lane {
        match connection {
            Connection::Main => &mut self.main,
            Connection::Push => &mut self.push,
        }
    }

    fn command(&mut self, connection: Connection) -> &mut Option<Command> {
        let [main, push] = &mut self.commands;
        match connection {
            Connection::Main => main,
            Connection::Push => push,
        }
    }
}
