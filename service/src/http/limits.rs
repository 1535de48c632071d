//! What one device, and all bodies together, may take.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::connection::Owner;

/// Counts the requests of each device that are being served.
#[derive(Debug)]
pub(crate) struct PerDevice {
    most: usize,
    running: Mutex<HashMap<Owner, usize>>,
}

/// A request's place among those of its device.
#[derive(Debug)]
pub(crate) struct DevicePlace {
    devices: Arc<PerDevice>,
    owner: Owner,
}

impl PerDevice {
    /// Allows `most` requests of a device at once.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            running: Mutex::default(),
        })
    }

    /// A place for one more request; `None` when the device has too many.
    pub(crate) fn enter(self: &Arc<Self>, owner: &Owner) -> Option<DevicePlace> {
        let mut running = self.running();
        match running.get_mut(owner) {
            Some(count) if *count >= self.most => return None,
            Some(count) => *count += 1,
            None => {
                running.insert(owner.clone(), 1);
            }
        }
        Some(DevicePlace {
            devices: Arc::clone(self),
            owner: owner.clone(),
        })
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Owner, usize>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for DevicePlace {
    fn drop(&mut self) {
        let mut running = self.devices.running();
        match running.get_mut(&self.owner) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) => {
                running.remove(&self.owner);
            }
            None => {}
        }
    }
}

/// Bounds the memory of request bodies.
#[derive(Clone, Debug)]
pub(crate) struct BodyMemory(Arc<Semaphore>);

/// Bodies up to this many bytes are not counted: there are many of them, and they are gone soon.
const SMALL: usize = 64 * 1024;

impl BodyMemory {
    /// Allows so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Room for a body that has grown from `held` to `size` bytes. `Err` when there is none.
    pub(crate) fn grow(
        &self,
        room: &mut Option<OwnedSemaphorePermit>,
        size: usize,
    ) -> Result<(), NoRoom> {
        let held = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        if size <= SMALL || size <= held {
            return Ok(());
        }
        let more = u32::try_from(size - held).map_err(|_| NoRoom)?;
        let more = Arc::clone(&self.0)
            .try_acquire_many_owned(more)
            .map_err(|_| NoRoom)?;
        match room {
            Some(room) => room.merge(more),
            None => *room = Some(more),
        }
        Ok(())
    }
}

/// There is no room for another large body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NoRoom;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request::AccountName;

    #[test]
    fn a_device_has_so_many_places() {
        let devices = PerDevice::new(2);
        let owner = |device: &str| Owner {
            account: AccountName::new("anna"),
            device: device.into(),
        };
        let first = devices.enter(&owner("phone"));
        let second = devices.enter(&owner("phone"));
        assert!(first.is_some() && second.is_some());
        assert!(devices.enter(&owner("phone")).is_none());
        assert!(devices.enter(&owner("tablet")).is_some());
        drop(first);
        assert!(devices.enter(&owner("phone")).is_some());
        drop(second);
        assert!(devices.running().is_empty());
    }

    #[test]
    fn large_bodies_share_their_memory() {
        let memory = BodyMemory::new(1_000_000);
        let (mut one, mut other) = (None, None);
        assert_eq!(memory.grow(&mut one, SMALL), Ok(()));
        assert!(one.is_none());
        assert_eq!(memory.grow(&mut one, 600_000), Ok(()));
        assert_eq!(memory.grow(&mut one, 700_000), Ok(()));
        assert_eq!(memory.grow(&mut other, 400_000), Err(NoRoom));
        drop(one);
        assert_eq!(memory.grow(&mut other, 400_000), Ok(()));
    }
}
