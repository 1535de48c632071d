//! The properties of an item as Sync carries them.

use crate::codepages::{airsync, email2};
use crate::command::{BodyError, parts};
use crate::element::{Element, Node};

/// The properties of an item, to be read and made by the class modules.
///
/// The order to send a draft (`Send`, 16.0 on) stands beside `ApplicationData` on the wire (MS-ASEMAIL 2.2.2.69), and
/// is kept among the properties here: it belongs to the item, and what compares two uploads must not miss it.
///
/// Invariant: the element's tag is `ApplicationData`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApplicationData(Element);

impl ApplicationData {
    /// Properties to be sent.
    #[must_use]
    pub fn new(properties: impl IntoIterator<Item = Element>) -> Self {
        Self(Element::new(airsync::APPLICATION_DATA).with_all(properties))
    }

    pub(super) fn required(parent: &Element) -> Result<Self, BodyError> {
        parts::required(parent, airsync::APPLICATION_DATA).map(|data| Self(data.clone()))
    }

    /// What a phone uploads; `Send` is found beside the properties and among them.
    pub(super) fn uploaded(command: &Element) -> Result<Self, BodyError> {
        let mut data = Self::required(command)?;
        if data.0.child(email2::SEND).is_none() {
            data.0.children.extend(
                command
                    .child(email2::SEND)
                    .map(|send| Node::Element(send.clone())),
            );
        }
        Ok(data)
    }

    /// `Send`, where it is, and the properties without it.
    pub(super) fn upload(&self) -> impl Iterator<Item = Element> {
        let mut data = self.0.clone();
        data.children
            .retain(|node| !matches!(node, Node::Element(child) if child.tag == email2::SEND));
        let send = self
            .0
            .child(email2::SEND)
            .map(|_| Element::new(email2::SEND));
        send.into_iter().chain([data])
    }

    pub(super) fn optional(parent: &Element) -> Option<Self> {
        parent.child(airsync::APPLICATION_DATA).cloned().map(Self)
    }

    /// Properties under an `ApplicationData` element, as the class modules write them; `None` under any other.
    #[must_use]
    pub fn from_element(element: Element) -> Option<Self> {
        (element.tag == airsync::APPLICATION_DATA).then_some(Self(element))
    }

    /// The `ApplicationData` element itself.
    #[must_use]
    pub const fn element(&self) -> &Element {
        &self.0
    }

    /// The properties in it.
    pub fn properties(&self) -> impl Iterator<Item = &Element> {
        self.0.elements()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::sync::ClientCommand;

    #[test]
    fn the_order_to_send_stands_beside_the_properties() {
        let send = || Element::new(email2::SEND);
        let add = |beside, among| {
            Element::new(airsync::ADD)
                .with(Element::text(airsync::CLIENT_ID, "1"))
                .with_some(beside)
                .with(Element::new(airsync::APPLICATION_DATA).with_some(among))
        };
        let expected = add(Some(send()), None);
        for sent in [
            expected.clone(),
            add(None, Some(send())),
            add(Some(send()), Some(send())),
        ] {
            let read = ClientCommand::from_element(&sent).unwrap().unwrap();
            assert_eq!(read.to_element(), expected);
            let ClientCommand::Add { data, .. } = read else {
                panic!("it is an Add");
            };
            assert_eq!(data.properties().count(), 1);
        }
        let kept = add(None, None);
        let read = ClientCommand::from_element(&kept).unwrap().unwrap();
        assert_eq!(read.to_element(), kept);
    }
}
