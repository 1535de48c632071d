//! Slots that are used again, each time under a new generation.

/// A place for values that are named by slot and generation.
#[derive(Debug)]
pub(super) struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// Takes a value in and names it.
    pub(super) fn insert(&mut self, value: T) -> (u32, u32) {
        if let Some(number) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(number as usize)
        {
            slot.value = Some(value);
            return (number, slot.generation);
        }
        let number = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(Slot {
            generation: 0,
            value: Some(value),
        });
        (number, 0)
    }

    /// Takes a value out, unless the name is out of date.
    pub(super) fn remove(&mut self, number: u32, generation: u32) -> Option<T> {
        let slot = self.slots.get_mut(number as usize)?;
        if slot.generation != generation {
            return None;
        }
        let value = slot.value.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(number);
        Some(value)
    }

    /// A value, unless the name is out of date.
    pub(super) fn get(&self, number: u32, generation: u32) -> Option<&T> {
        let slot = self.slots.get(number as usize)?;
        let current = slot.generation == generation;
        slot.value.as_ref().filter(|_| current)
    }

    /// A value, unless the name is out of date.
    pub(super) fn get_mut(&mut self, number: u32, generation: u32) -> Option<&mut T> {
        let slot = self.slots.get_mut(number as usize)?;
        if slot.generation != generation {
            return None;
        }
        slot.value.as_mut()
    }

    /// All values.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.value.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_used_again_under_another_name() {
        let mut slab = Slab::default();
        let (slot, generation) = slab.insert('a');
        assert_eq!(slab.remove(slot, generation), Some('a'));
        assert_eq!(slab.remove(slot, generation), None);
        let again = slab.insert('b');
        assert_eq!(again.0, slot);
        assert_ne!(again.1, generation);
        assert_eq!(slab.get_mut(slot, generation), None);
        assert_eq!(slab.get_mut(again.0, again.1), Some(&mut 'b'));
        assert_eq!(slab.iter().count(), 1);
    }
}
