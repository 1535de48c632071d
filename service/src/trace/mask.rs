//! Which text of an element may be shown, and what stands in for the rest.

use std::collections::HashMap;
use std::sync::LazyLock;

use protocol::codepages::{self, airsyncbase, compose_mail, contacts, email};
use protocol::element::{Element, Node};
use protocol::tag::Tag;

use super::table::PAGES;

/// Longest text that is shown of an element whose text may be: nothing that is on the list is longer in earnest.
const SHOWN_MAX: usize = 256;

/// How much is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Style {
    /// What is on the list.
    Masked,
    /// Content as well; secrets never.
    Revealed,
}

/// What may be shown of an element's text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sight {
    /// All of it: ids, keys, statuses, dates, flags.
    Shown,
    /// Only in [`Style::Revealed`]: what belongs to people.
    Content,
    /// Never: passwords.
    Secret,
}

/// The sight of every tag that somebody has decided on.
static SIGHTS: LazyLock<HashMap<Tag, Sight>> = LazyLock::new(|| {
    let mut sights = HashMap::new();
    for page in &PAGES {
        let lists = [
            (page.shown, Sight::Shown),
            (page.content, Sight::Content),
            (page.secret, Sight::Secret),
        ];
        for (names, sight) in lists {
            let tags = names
                .split_ascii_whitespace()
                .filter_map(|name| codepages::tag(page.namespace, name));
            sights.extend(tags.map(|tag| (tag, sight)));
        }
    }
    sights
});

/// A copy of a tree in which text that may not be shown is its kind and length.
pub(super) fn masked(element: &Element, style: Style) -> Element {
    let mut copy = Element::new(element.tag);
    // What nobody has decided on is content.
    let sight = SIGHTS.get(&element.tag).copied().unwrap_or(Sight::Content);
    for node in &element.children {
        copy.children.push(match node {
            Node::Element(child) => Node::Element(masked(child, style)),
            Node::Text(text) => Node::Text(match (sight, style) {
                (Sight::Shown, _) => shortened(text),
                (Sight::Content, Style::Revealed) => text.clone(),
                (Sight::Content, Style::Masked) | (Sight::Secret, _) => {
                    stand_in(element.tag, "text", text.chars().count())
                }
            }),
            Node::Opaque(bytes) => match (sight, style) {
                (Sight::Shown, _) if bytes.len() <= SHOWN_MAX => Node::Opaque(bytes.clone()),
                (Sight::Content, Style::Revealed) => Node::Opaque(bytes.clone()),
                (Sight::Shown | Sight::Content | Sight::Secret, _) => {
                    Node::Text(stand_in(element.tag, "bytes", bytes.len()))
                }
            },
        });
    }
    copy
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    let begin: String = text.chars().take(SHOWN_MAX).collect();
    format!("{begin}[… {} in all]", text.chars().count())
}

/// `[text 34]`; messages and pictures are called so.
fn stand_in(tag: Tag, kind: &str, length: usize) -> String {
    let kind = match tag {
        compose_mail::MIME | email::MIME_DATA => "mime",
        contacts::PICTURE => "picture",
        airsyncbase::DATA if kind == "bytes" => "mime",
        _ => kind,
    };
    format!("[{kind} {length}]")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use protocol::codepages::{airsync, settings};
    use protocol::xml::to_xml;

    use super::*;

    /// A new tag is masked, and this test asks somebody to decide.
    #[test]
    fn somebody_has_decided_on_every_tag_once() {
        let mut decided = BTreeSet::new();
        for page in &PAGES {
            for names in [page.shown, page.content, page.secret] {
                for name in names.split_ascii_whitespace() {
                    let tag = codepages::tag(page.namespace, name);
                    let tag = tag.unwrap_or_else(|| panic!("{}:{name} is no tag", page.namespace));
                    assert!(decided.insert(tag), "{tag} is listed twice");
                }
            }
        }
        let missing: Vec<Tag> = codepages::all()
            .filter(|tag| !decided.contains(tag))
            .collect();
        assert!(missing.is_empty(), "not decided on: {missing:?}");
    }

    #[test]
    fn what_is_not_on_the_list_is_its_kind_and_length() {
        let data = Element::new(airsync::APPLICATION_DATA)
            .with(Element::text(email::SUBJECT, "Grüße"))
            .with(Element::text(email::READ, "1"))
            .with(Element::opaque(contacts::PICTURE, [1, 2, 3]))
            .with(Element::text(settings::PASSWORD, "hunter2"))
            .with(Element::text(Tag::new(1, 0x3F), "new"));
        let show = |style| to_xml(&masked(&data, style));
        let masked = show(Style::Masked);
        for shown in ["[text 5]", ">1<", "[picture 3]", "[text 7]", "[text 3]"] {
            assert!(masked.contains(shown), "{shown} in {masked}");
        }
        let revealed = show(Style::Revealed);
        assert!(
            revealed.contains("Grüße") && revealed.contains("new"),
            "{revealed}"
        );
        assert!(!revealed.contains("hunter2"), "{revealed}");
        let long = Element::text(airsync::SYNC_KEY, "k".repeat(300));
        assert!(to_xml(&super::masked(&long, Style::Masked)).contains("k[… 300 in all]"));
    }
}
