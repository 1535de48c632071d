//! What a device uploads: written down, applied once.

use backends::ItemState;

use crate::ids::{ItemNo, ServerId};
use crate::index::delta;
use crate::index::items::{live_folder, numbers, put_head};
use crate::index::own::{adopt, disown};
use crate::index::upload::{self as rules, Begun, Effect, Judged};
use crate::index::{Ident, IndexError, Outcome, Session, Ticket, Upload, Verdict};
use crate::store::upload::{self, UploadRow, UploadState};
use crate::store::{Write, item};

impl Session {
    /// Judges an upload, and writes it down before the backend is touched. After an error the session is
    /// to be dropped.
    ///
    /// # Errors
    /// The store's.
    pub async fn upload(&mut self, new: &Upload) -> Result<Verdict, IndexError> {
        let index = self.index.clone();
        let mut write = index.store.write(self.line.held.who.account).await?;
        self.line.turn(&mut write).await?;
        let before = upload::one(&mut write, self.line.held, &new.ident.spell()).await?;
        let repeat = before
            .as_ref()
            .and_then(|before| rules::repeat(before, new));
        let verdict = match (repeat, before) {
            (Some((verdict, effect)), Some(before)) => {
                let row = UploadRow {
                    older: false,
                    ..before
                };
                upload::put(&mut write, self.line.held, &row).await?;
                self.answered.push(row.number);
                self.note(effect);
                verdict
            }
            (_, before) => self.judge(&mut write, new, before.as_ref()).await?,
        };
        self.line.put(&mut write).await?;
        write.commit().await?;
        Ok(verdict)
    }

    /// Whether just this was done before, as far as that is remembered.
    ///
    /// # Errors
    /// The store's.
    pub async fn has_done(&self, ident: &Ident, hash: &[u8; 32]) -> Result<bool, IndexError> {
        let index = self.index.clone();
        let mut conn = index.store.read().await?;
        let before = upload::one(&mut conn, self.line.held, &ident.spell()).await?;
        Ok(before.is_some_and(|before| before.state == UploadState::Done && before.hash == hash))
    }

    /// Has the page tell an item as it is now, though the device made it so: what it was told by is void.
    pub fn tell_again(&mut self, item: ItemNo) {
        self.again.insert(item);
    }

    fn note(&mut self, effect: Effect) {
        match effect {
            Effect::Take(item) => self.cursor.take(item),
            Effect::Drop(item) => self.cursor.drop_item(item),
            Effect::Again(item) => {
                self.again.insert(item);
            }
        }
    }

    async fn judge(
        &mut self,
        write: &mut Write<'_>,
        new: &Upload,
        before: Option<&UploadRow>,
    ) -> Result<Verdict, IndexError> {
        let begun = before.filter(|before| before.state == UploadState::Begun);
        let mut judged = Judged::Go { told_all: true };
        let mut row = None;
        if let Ident::Change(item) | Ident::Delete(item) = new.ident {
            row = item::one(write, self.at(), item).await?;
            judged = rules::judge(row.as_ref(), &self.cursor, self.line.held.who.device, new);
            if judged == Judged::Gone {
                if matches!(new.ident, Ident::Delete(_)) {
                    self.cursor.drop_item(item);
                }
                return Ok(Verdict::Gone); // the page says so
            }
        }
        self.line.collection.uploads += 1;
        let found = begun.and_then(|begun| begun.item);
        let (name, expected_item) = rules::names(begun, new);
        let upload = UploadRow {
            device: self.line.held.who.device,
            ident: new.ident.spell(),
            number: self.line.collection.uploads,
            hash: new.hash.to_vec(),
            state: if judged == Judged::Lost {
                UploadState::Lost
            } else {
                UploadState::Begun
            },
            older: false,
            item: row.as_ref().map_or(found, |row| Some(row.item)),
            told_all: judged == Judged::Go { told_all: true },
            name,
            expected_item,
            expected_version: new.expected_version.clone(),
        };
        upload::put(write, self.line.held, &upload).await?;
        if judged == Judged::Lost {
            self.answered.push(upload.number);
            self.again.extend(upload.item);
            return Ok(Verdict::Lost);
        }
        let stamp = live_folder(write, self.at()).await?.head.stamp;
        Ok(Verdict::Go(Ticket {
            stamp,
            seen: row.as_ref().map(|row| row.changed),
            row: row.map(|row| row.indexed()),
            begun: if begun.is_some() {
                Begun::Before
            } else {
                Begun::Now
            },
            upload: Box::new(upload),
        }))
    }

    /// Writes down what became of an upload. Says which item it is. After an error the session is to be
    /// dropped.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn settle(
        &mut self,
        ticket: Ticket,
        outcome: &Outcome,
    ) -> Result<Option<ItemNo>, IndexError> {
        let index = self.index.clone();
        let mut write = index.store.write(self.line.held.who.account).await?;
        let known = ticket.upload.item;
        let (state, item) = match outcome {
            Outcome::Present(made) if ticket.row.is_none() => {
                let by = rules::maker(&ticket.upload, ticket.begun, made);
                let at = self.at();
                let item = adopt(&mut write, at, (by, Some(ticket.stamp)), made).await?;
                self.cursor.take(item);
                (UploadState::Done, Some(item))
            }
            Outcome::Present(made) => {
                self.settle_change(&mut write, &ticket, made).await?;
                (UploadState::Done, known)
            }
            Outcome::Removed => {
                if let Some(item) = known {
                    let folder = self.line.held.folder;
                    disown(&mut write, self.line.held.who, ServerId { folder, item }).await?;
                    // One that was to be changed and is gone is still on the device: the page tells it.
                    if ticket.upload.ident == Ident::Delete(item).spell() {
                        self.cursor.drop_item(item);
                    }
                }
                (UploadState::Done, known)
            }
            Outcome::Conflict if known.is_some() => {
                self.again.extend(known);
                (UploadState::Lost, known)
            }
            Outcome::Refused if known.is_some() && !ticket.deletes() => {
                self.again.extend(known);
                (UploadState::Lost, known)
            }
            Outcome::Conflict | Outcome::Failed | Outcome::Refused => {
                if *outcome == Outcome::Refused {
                    known.iter().for_each(|item| self.cursor.lose(*item));
                }
                upload::delete(&mut write, self.line.held, &ticket.upload.ident).await?;
                write.commit().await?;
                return Ok(known);
            }
        };
        let row = UploadRow {
            state,
            item,
            ..*ticket.upload
        };
        upload::put(&mut write, self.line.held, &row).await?;
        write.commit().await?;
        self.answered.push(row.number);
        Ok(item)
    }

    async fn settle_change(
        &mut self,
        write: &mut Write<'_>,
        ticket: &Ticket,
        made: &ItemState,
    ) -> Result<(), IndexError> {
        let at = self.at();
        let mut head = live_folder(write, at).await?.head;
        let mut numbers = numbers(&head);
        let row = match ticket.upload.item {
            Some(item) => item::one(write, at, item).await?.filter(|row| !row.removed),
            None => None,
        };
        if let Some(row) = row {
            let (mut after, again) =
                rules::settled(&row, &ticket.upload, ticket.seen, made, &mut numbers);
            let renamed = row.reference != made.item;
            if renamed {
                // A process that ended before it wrote this down: the listing has found the item that was made, and
                // took it for a new one. It is this one.
                if let Some(twin) = item::by_reference(write, at, &made.item).await? {
                    let device = Some(self.line.held.who.device);
                    let tombstone = delta::bury(&twin, device, &mut numbers);
                    item::update(write, at, &tombstone).await?;
                }
                after.reference = made.item.clone();
            }
            if again {
                self.again.insert(row.item);
            }
            if after.changed != row.changed && head.stamp != ticket.stamp {
                head.token = None; // see `adopt`
            }
            if after != row {
                item::update(write, at, &after).await?;
            }
        }
        put_head(write, at, &mut head, numbers).await
    }
}
