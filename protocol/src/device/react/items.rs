//! Answers to GetItemEstimate, MoveItems and ItemOperations.

use std::time::Instant;

use crate::command::get_item_estimate::GetItemEstimateResponse;
use crate::command::item_operations::{FetchContent, ItemOperationsResponse};
use crate::command::move_items::MoveItemsResponse;
use crate::command::{CollectionId, StatusCode};
use crate::device::Device;
use crate::device::event::Event;
use crate::query::Command;

/// Success in the answers of MoveItems.
const MOVED: StatusCode = StatusCode::new(3);

/// Statuses that any command may have begin here.
const COMMON_FROM: u16 = 101;

impl Device {
    /// Nothing to be fetched: no Sync. Anything else, also a failure: Sync, which says what is the matter.
    pub(super) fn on_estimate(
        &mut self,
        folder: &CollectionId,
        answer: &GetItemEstimateResponse,
        now: Instant,
    ) {
        let answers = match answer {
            GetItemEstimateResponse::Failed(status) => {
                return self.on_common(Command::GetItemEstimate, *status, now);
            }
            GetItemEstimateResponse::Answers(answers) => answers,
        };
        self.succeeded();
        let of_folder = answers
            .iter()
            .find(|one| one.collection_id.as_ref() == Some(folder));
        let estimate = of_folder
            .filter(|one| one.status == StatusCode::SUCCESS)
            .and_then(|one| one.estimate);
        if let Some(copy) = self.replica.folders.get_mut(folder) {
            match estimate {
                Some(0) if copy.filled => copy.due = false,
                Some(count) => copy.promised = Some(count),
                None => copy.promised = Some(0),
            }
        }
    }

    pub(super) fn on_moves(&mut self, count: usize, answer: MoveItemsResponse, now: Instant) {
        if let Some(status) = answer.status {
            return self.on_common(Command::MoveItems, status, now);
        }
        self.succeeded();
        let moves = &mut self.outbox.moves;
        let sent: Vec<_> = moves.drain(..count.min(moves.len())).collect();
        for one in answer.answers {
            self.report(if one.status == MOVED {
                Event::Moved {
                    item: one.source_item,
                    target_item: one.target_item,
                }
            } else {
                Event::MoveRefused {
                    item: one.source_item,
                    status: one.status,
                }
            });
        }
        // The user looks at where it went; a refused one comes back with the source.
        for one in sent {
            for folder in [one.source_folder, one.target_folder] {
                if let Some(copy) = self.replica.folders.get_mut(&folder) {
                    copy.due = true;
                }
            }
        }
    }

    pub(super) fn on_fetch(&mut self, answer: ItemOperationsResponse, now: Instant) {
        if answer.status.code() >= COMMON_FROM {
            return self.on_common(Command::ItemOperations, answer.status, now);
        }
        self.succeeded();
        let fetched = self.outbox.fetches.pop_front();
        if let Some(target) = fetched.filter(|_| answer.fetches.is_empty()) {
            let status = answer.status;
            return self.report(Event::FetchRefused { target, status });
        }
        for one in answer.fetches {
            let target = one.target;
            let content = one.properties.and_then(|properties| properties.content);
            self.report(if one.status == StatusCode::SUCCESS {
                let content = match content {
                    Some(FetchContent::Inline(bytes)) => bytes,
                    // No parts were asked for.
                    Some(FetchContent::Part(_)) | None => Vec::new(),
                };
                Event::Fetched { target, content }
            } else {
                Event::FetchRefused {
                    target,
                    status: one.status,
                }
            });
        }
    }
}
