//! Where the properties of a contact are in its vCard: the one place that decides what a device is shown, read by the way out
//! and by the way back.

use protocol::class::contacts::Property;

use super::ContactError;
use super::class::{self, Class};
use super::compounds::Compound;
use super::line::{Card, Entry};
use super::pools::Pool;
use super::{dates, form, value};

/// Most values of a kind that are looked at.
const MEMBERS_MAX: usize = 100;

/// Longest text that a device is shown, in bytes; notes have a limit of their own.
pub(super) const TEXT_MAX: usize = 4 << 10;

/// Longest notes that a device is shown, in bytes.
pub(super) const NOTE_MAX: usize = 512 << 10;

/// A card and what is where.
#[derive(Debug)]
pub(super) struct Layout<'c> {
    pub(super) card: Card<'c>,
    pools: Vec<Values>,
    compounds: [Parts; 5],
    /// Lines with a date that can be shown, and the date.
    pub(super) birthday: Vec<(usize, i64)>,
    pub(super) anniversary: Vec<(usize, i64)>,
    /// Lines of categories.
    pub(super) categories: Vec<usize>,
    /// Lines of children, and their names.
    pub(super) children: Vec<(usize, String)>,
    pub(super) photos: Vec<usize>,
    pub(super) full_name: Option<usize>,
    pub(super) revision: Option<usize>,
    /// The line that says which slots stay empty, and what it says.
    pub(super) holes: Option<usize>,
    pub(super) hole_counts: Vec<(Property, usize)>,
}

/// Values of one kind.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// In the order of preference.
    pub(super) members: Vec<Member>,
    /// The member that each slot shows.
    pub(super) slots: Vec<Option<usize>>,
    /// Lines without a value, to be filled.
    pub(super) blanks: Vec<usize>,
}

/// A value, and the lines that hold it: programs write some values twice, in an old form and in a new one.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) lines: Vec<usize>,
    /// Names of the lines' properties, all different.
    names: Vec<String>,
    pub(super) value: String,
    pub(super) preference: u8,
}

/// Lines with components of one kind.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Those that are not blank, in the order of preference.
    pub(super) members: Vec<usize>,
    /// The one that is shown.
    pub(super) chosen: Option<usize>,
    /// One that is blank, to be filled.
    pub(super) blank: Option<usize>,
    /// Components of the one that is shown, still escaped.
    pub(super) components: Vec<String>,
}

impl<'c> Layout<'c> {
    /// Reads a card.
    pub(super) fn of(bytes: &'c [u8]) -> Result<Self, ContactError> {
        let card = Card::parse(bytes)?;
        let mut layout = Self {
            pools: Pool::ALL.iter().map(|_| Values::default()).collect(),
            compounds: Default::default(),
            birthday: Vec::new(),
            anniversary: Vec::new(),
            categories: Vec::new(),
            children: Vec::new(),
            photos: Vec::new(),
            full_name: None,
            revision: None,
            holes: None,
            hole_counts: Vec::new(),
            card,
        };
        for at in 0..layout.card.lines.len() {
            let entry = layout.card.entry(at);
            if let Some(class) = entry.and_then(|entry| class::of(&layout.card, entry)) {
                layout.place(at, class);
            }
        }
        layout.assign();
        Ok(layout)
    }

    /// Values of a kind.
    pub(super) fn pool(&self, pool: Pool) -> &Values {
        // The list is as long as the enumeration, so there is always one.
        const NONE: &Values = &Values {
            members: Vec::new(),
            slots: Vec::new(),
            blanks: Vec::new(),
        };
        self.pools.get(pool as usize).unwrap_or(NONE)
    }

    /// Lines of a kind.
    pub(super) fn compound(&self, compound: Compound) -> &Parts {
        let [name, organization, business, home, other] = &self.compounds;
        match compound {
            Compound::Name => name,
            Compound::Organization => organization,
            Compound::Business => business,
            Compound::Home => home,
            Compound::Other => other,
        }
    }

    fn compound_mut(compounds: &mut [Parts; 5], compound: Compound) -> &mut Parts {
        let [name, organization, business, home, other] = compounds;
        match compound {
            Compound::Name => name,
            Compound::Organization => organization,
            Compound::Business => business,
            Compound::Home => home,
            Compound::Other => other,
        }
    }

    /// Whether a slot stays empty: said so when its kind had as many values as now. If another program added or removed one, the
    /// slots are filled from the first again.
    pub(super) fn is_hole(&self, slot: Property, values: usize) -> bool {
        self.hole_counts.contains(&(slot, values))
    }

    fn place(&mut self, at: usize, class: Class) {
        let edition = self.card.edition;
        let Some(entry) = self.card.entry(at) else {
            return;
        };
        match class {
            Class::Pool(pool) => {
                let most = if pool == Pool::Note {
                    NOTE_MAX
                } else {
                    TEXT_MAX
                };
                let value = cut(form::shown(entry, pool.form(), edition), most);
                if let Some(values) = self.pools.get_mut(pool as usize) {
                    values.add(at, entry, value);
                }
            }
            Class::Compound(compound) => {
                let text = value::decoded(entry);
                let blank = text.chars().all(|char| char == ';' || char.is_whitespace());
                let parts = Self::compound_mut(&mut self.compounds, compound);
                if blank {
                    parts.blank.get_or_insert(at);
                } else if parts.members.len() < MEMBERS_MAX {
                    parts.members.push(at);
                }
            }
            Class::Birthday => self
                .birthday
                .extend(dates::of(entry).map(|date| (at, date))),
            Class::Anniversary => {
                self.anniversary
                    .extend(dates::of(entry).map(|date| (at, date)));
            }
            Class::Categories => self.categories.push(at),
            Class::Child => {
                let name = cut(value::text(entry, edition), TEXT_MAX);
                if !name.is_empty() {
                    self.children.push((at, name));
                }
            }
            Class::Photo => self.photos.push(at),
            Class::FullName => {
                self.full_name.get_or_insert(at);
            }
            Class::Revision => {
                self.revision.get_or_insert(at);
            }
            Class::Holes => {
                let counts = holes(&value::decoded(entry));
                if self.holes.is_none() {
                    (self.holes, self.hole_counts) = (Some(at), counts);
                }
            }
        }
    }

    /// Orders values by preference, and gives each slot its value.
    fn assign(&mut self) {
        for (pool, values) in Pool::ALL.iter().zip(&mut self.pools) {
            values.members.sort_by_key(|member| member.preference);
            let count = values.members.len();
            let mut next = 0..count;
            values.slots = pool
                .slots()
                .iter()
                .map(|slot| {
                    let hole = self.hole_counts.contains(&(*slot, count));
                    if hole { None } else { next.next() }
                })
                .collect();
        }
        for compound in Compound::ALL {
            let mut members = self.compound(compound).members.clone();
            let preference = |at: &usize| self.card.entry(*at).map(Entry::preference);
            members.sort_by_key(preference);
            let hole = self.is_hole(compound.hole(), members.len());
            let chosen = members.first().copied().filter(|_| !hole);
            let entry = chosen.and_then(|at| self.card.entry(at));
            let components = entry.map(value::components).unwrap_or_default();
            let parts = Self::compound_mut(&mut self.compounds, compound);
            (parts.members, parts.chosen, parts.components) = (members, chosen, components);
        }
    }
}

impl Values {
    /// Takes a value in. Equal values of one property are two values, of two properties they are one.
    fn add(&mut self, at: usize, entry: &Entry<'_>, value: String) {
        if value.is_empty() {
            self.blanks.push(at);
            return;
        }
        let preference = entry.preference();
        let is_full = self.members.len() >= MEMBERS_MAX;
        let is_twin =
            |member: &&mut Member| member.value == value && !member.names.contains(&entry.name);
        match self.members.iter_mut().find(is_twin) {
            Some(twin) => {
                twin.lines.push(at);
                twin.names.push(entry.name.clone());
                twin.preference = twin.preference.min(preference);
            }
            None if !is_full => self.members.push(Member {
                lines: vec![at],
                names: vec![entry.name.clone()],
                value,
                preference,
            }),
            None => {}
        }
    }
}

/// The longest beginning of whole characters within `most` bytes, without white space at its end.
fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.truncate(text.trim_end().len());
    }
    text
}

/// `Email1Address=3,HomePhoneNumber=1`: slots, and how many values their kind had.
fn holes(text: &str) -> Vec<(Property, usize)> {
    let holes = text.split(',').take(128).filter_map(|hole| {
        let (name, count) = hole.trim().split_once('=')?;
        let slot = Property::all().find(|property| property.tag().name() == name)?;
        Some((slot, count.parse().ok()?))
    });
    holes.collect()
}
