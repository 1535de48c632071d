//! The watches of all parts as one.
//!
//! A part whose watch died is begun again, after pauses that grow to a minute or when its store was
//! reached again, while the others go on. Until then the whole counts as polled, so that nobody relies on it; after each attempt that
//! failed, what is known of the part is to be compared, and when it is watched again, everything.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::composite::Part;
use crate::error::{BackendError, Kind};
use crate::folder::Survey;
use crate::name::FolderRef;
use crate::watch::{Source, Watch, WatchEvent, WatchMode, WatchSource};
use async_trait::async_trait;
use futures_util::future::{BoxFuture, join_all, select_all};

/// The first pause.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// See the module.
pub(super) struct Merged {
    parts: Vec<Watched>,
    /// Not yet handed out.
    found: VecDeque<WatchEvent>,
    /// What somebody waits for; `None`: that was not said.
    focus: Option<Vec<FolderRef>>,
}

struct Watched {
    part: Arc<Part>,
    state: State,
    failures: u32,
    /// The folders that were known when the part could last be listed.
    folders: Vec<FolderRef>,
}

enum State {
    Running(Watch),
    /// The next attempt, with the pause before it. Kept, so that events of other parts, which end
    /// every wait, do not begin it anew.
    Down(BoxFuture<'static, Result<Watch, Failed>>),
}

/// An attempt that failed.
struct Failed {
    error: BackendError,
    /// The part's folders, if they could be listed.
    folders: Option<Vec<FolderRef>>,
}

impl Merged {
    /// Begins to listen to all parts.
    pub(super) async fn start(parts: &[Arc<Part>]) -> Result<Self, BackendError> {
        let watches = join_all(parts.iter().map(|part| part.mailbox.watch())).await;
        let mut failure = None;
        let mut watched = Vec::with_capacity(parts.len());
        let mut running = false;
        for (part, watch) in parts.iter().zip(watches) {
            let (state, failures) = match watch {
                Ok(watch) => {
                    running = true;
                    (State::Running(watch), 0)
                }
                Err(error) if error.kind() == Kind::Unauthorized => return Err(error),
                Err(error) => {
                    failure = failure.or(Some(error));
                    (State::down(part, 1), 1)
                }
            };
            watched.push(Watched {
                part: Arc::clone(part),
                state,
                failures,
                folders: Vec::new(),
            });
        }
        match failure {
            Some(error) if !running => Err(error),
            Some(_) | None => Ok(Self {
                parts: watched,
                found: VecDeque::new(),
                focus: None,
            }),
        }
    }
}

impl Merged {
    /// The part that a folder belongs to; the mail's folders have no prefix.
    fn owner(&self, folder: &FolderRef) -> Option<&Watched> {
        let of_others = self.parts.iter().find(|part| part.claims(folder));
        of_others.or_else(|| self.mail())
    }

    fn mail(&self) -> Option<&Watched> {
        self.parts.iter().find(|part| part.part.prefix.is_empty())
    }

    /// Tells each part which of its folders somebody waits for.
    fn share_focus(&mut self) {
        let Some(focus) = &self.focus else {
            return;
        };
        let (of_others, of_mail): (Vec<FolderRef>, Vec<FolderRef>) = focus
            .iter()
            .cloned()
            .partition(|folder| self.parts.iter().any(|part| part.claims(folder)));
        for part in &mut self.parts {
            let all = match part.part.prefix.is_empty() {
                true => &of_mail,
                false => &of_others,
            };
            let own = all.iter().filter_map(|folder| part.part.inner(folder));
            let own: Vec<FolderRef> = own.collect();
            if let State::Running(watch) = &mut part.state {
                watch.focus(&own);
            }
        }
    }
}

impl State {
    /// Begins an attempt after so many failures.
    fn down(part: &Arc<Part>, failures: u32) -> Self {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(10));
        let pause = PAUSE_MIN.saturating_mul(doubled).min(PAUSE_MAX);
        let part = Arc::clone(part);
        Self::Down(Box::pin(async move {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = part.mailbox.recovered() => {}
            }
            match part.mailbox.watch().await {
                Ok(watch) => Ok(watch),
                Err(error) => Err(Failed {
                    error,
                    folders: part.survey().await.ok().map(references),
                }),
            }
        }))
    }
}

fn references(survey: Survey) -> Vec<FolderRef> {
    let folders = survey.folders.into_iter();
    folders.map(|folder| folder.reference).collect()
}

/// What came of waiting for one part.
enum Heard {
    Event(WatchEvent),
    Died(BackendError),
    Back(Watch),
    StillDown(Failed),
}

impl Watched {
    /// Whether a folder has the prefix of this part.
    fn claims(&self, folder: &FolderRef) -> bool {
        let prefix = &self.part.prefix;
        !prefix.is_empty() && folder.as_str().starts_with(prefix)
    }

    /// Waits until there is something to say. Can be dropped at any point: nothing is taken that is
    /// not handed out at once.
    async fn wait(&mut self) -> Heard {
        match &mut self.state {
            State::Running(watch) => match watch.next().await {
                Ok(event) => Heard::Event(event),
                Err(error) => Heard::Died(error),
            },
            State::Down(attempt) => match attempt.await {
                Ok(watch) => Heard::Back(watch),
                Err(failed) => Heard::StillDown(failed),
            },
        }
    }

    /// Goes on; gives what is to be reported.
    fn heard(&mut self, heard: Heard) -> Result<Vec<WatchEvent>, BackendError> {
        let ended = match heard {
            Heard::Event(event) => {
                // Only now: one that dies as soon as it is begun is no good.
                self.failures = 0;
                return Ok(vec![match event {
                    WatchEvent::Changed(folder) => WatchEvent::Changed(self.part.outer(&folder)),
                    WatchEvent::HierarchyChanged | WatchEvent::Gap => event,
                }]);
            }
            Heard::Back(watch) => {
                self.state = State::Running(watch);
                return Ok(vec![WatchEvent::Gap]);
            }
            Heard::Died(error) => Failed {
                error,
                folders: None,
            },
            Heard::StillDown(failed) => failed,
        };
        // Nobody may be served with credentials that are no longer good.
        if ended.error.kind() == Kind::Unauthorized {
            return Err(ended.error);
        }
        tracing::debug!(error = %ended.error, "one part of an account is not watched");
        self.failures = self.failures.saturating_add(1);
        let was_running = matches!(self.state, State::Running(_));
        self.state = State::down(&self.part, self.failures);
        if was_running {
            // The mode changed.
            return Ok(vec![WatchEvent::Gap]);
        }
        self.folders = ended.folders.unwrap_or(std::mem::take(&mut self.folders));
        let changed = self.folders.iter().cloned().map(WatchEvent::Changed);
        Ok(std::iter::once(WatchEvent::HierarchyChanged)
            .chain(changed)
            .collect())
    }
}

#[async_trait]
impl WatchSource for Merged {
    async fn next(&mut self) -> Result<WatchEvent, BackendError> {
        loop {
            if let Some(event) = self.found.pop_front() {
                return Ok(event);
            }
            let waits = self.parts.iter_mut().map(|part| {
                let wait: BoxFuture<'_, _> = Box::pin(part.wait());
                wait
            });
            // The others are dropped and begun again: they lose nothing.
            let (heard, at, _) = select_all(waits).await;
            let back = matches!(heard, Heard::Back(_));
            if let Some(part) = self.parts.get_mut(at) {
                self.found.extend(part.heard(heard)?);
            }
            if back {
                self.share_focus();
            }
            // Another one is looked at first next time, so that none is never looked at.
            self.parts.rotate_left(1);
        }
    }

    fn mode(&self) -> WatchMode {
        let modes = self.parts.iter().map(|part| match &part.state {
            State::Running(watch) => watch.mode(),
            State::Down(_) => WatchMode::Poll { every: PAUSE_MAX },
        });
        let polls = modes.filter_map(|mode| match mode {
            WatchMode::Poll { every } => Some(every),
            WatchMode::Push => None,
        });
        match polls.max() {
            Some(every) => WatchMode::Poll { every },
            None => WatchMode::Push,
        }
    }

    fn source(&self) -> Source {
        match self.mail().map(|mail| &mail.state) {
            Some(State::Running(watch)) => watch.source(),
            Some(State::Down(_)) | None => Source::Poll,
        }
    }

    fn hears(&self, folder: &FolderRef) -> bool {
        let part = self.owner(folder);
        part.is_some_and(|part| match (&part.state, part.part.inner(folder)) {
            (State::Running(watch), Some(inner)) => watch.hears(&inner),
            _ => false,
        })
    }

    fn hears_hierarchy(&self) -> bool {
        self.parts.iter().all(|part| match &part.state {
            State::Running(watch) => watch.hears_hierarchy(),
            State::Down(_) => false,
        })
    }

    fn focus(&mut self, folders: &[FolderRef]) {
        self.focus = Some(folders.to_vec());
        self.share_focus();
    }
}
