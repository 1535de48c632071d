//! Which parts of a message are its body, and which are attachments.

use super::mime::Part;

/// A message as a reader sees it.
#[derive(Debug, Default)]
pub(super) struct Layout<'p, 'm> {
    /// The body, piece by piece, from top to bottom.
    pub(super) sections: Vec<Section<'p, 'm>>,
    /// The attachments, inline ones too.
    pub(super) attachments: Vec<&'p Part<'m>>,
    /// The first iCalendar part that is no mere attachment. It is among the attachments too, since no phone answers it here.
    pub(super) calendar: Option<&'p Part<'m>>,
}

/// One piece of the body in up to two forms, each of one or more parts.
#[derive(Debug, Default)]
pub(super) struct Section<'p, 'm> {
    /// The form in plain text.
    pub(super) plain: Vec<&'p Part<'m>>,
    /// The form in HTML; parts of plain text may stand among it.
    pub(super) rich: Vec<&'p Part<'m>>,
}

impl<'p, 'm> Layout<'p, 'm> {
    /// Sorts the parts of a message.
    pub(super) fn of(root: &'p Part<'m>) -> Self {
        let mut layout = Self::default();
        if root.is_leaf()
            && root.content_type.main == "text"
            && !is_calendar(root)
            && !is_attached(root)
        {
            // Alone, any text is the body, with a file name or not.
            layout.add_text(root);
        } else {
            layout.visit(root);
        }
        layout
    }

    /// Whether any piece of the body is HTML.
    pub(super) fn is_rich(&self) -> bool {
        self.sections
            .iter()
            .any(|section| section.rich.iter().any(|part| is_html(part)))
    }

    fn visit(&mut self, part: &'p Part<'m>) {
        if part.is_leaf() {
            self.visit_leaf(part);
        } else if part.content_type.is("multipart", "alternative") {
            self.visit_alternative(part);
        } else if part.content_type.is("multipart", "related") {
            self.visit_related(part);
        } else {
            part.children.iter().for_each(|child| self.visit(child));
        }
    }

    fn visit_leaf(&mut self, part: &'p Part<'m>) {
        if is_calendar(part) {
            if !is_attached(part) {
                self.calendar.get_or_insert(part);
            }
            self.attachments.push(part);
        } else if (is_plain(part) || is_html(part)) && !is_attached(part) && !has_name(part) {
            self.add_text(part);
        } else {
            self.attachments.push(part);
        }
    }

    fn add_text(&mut self, part: &'p Part<'m>) {
        let mut section = Section::default();
        if is_html(part) {
            section.rich.push(part);
        } else {
            section.plain.push(part);
        }
        self.sections.push(section);
    }

    /// The same content several times, best last. What is neither text, HTML nor a file is another of the same and goes.
    fn visit_alternative(&mut self, part: &'p Part<'m>) {
        let mut section = Section::default();
        let mut others = Vec::new();
        for child in &part.children {
            if child.is_leaf()
                && child.content_type.main == "text"
                && !is_plain(child)
                && !is_html(child)
                && !is_calendar(child)
            {
                others.push(child);
                continue;
            }
            let mut form = Self::default();
            form.visit(child);
            self.attachments.append(&mut form.attachments);
            self.calendar = self.calendar.or(form.calendar);
            if form.is_rich() {
                section.rich = form
                    .sections
                    .iter()
                    .flat_map(Section::best)
                    .copied()
                    .collect();
            }
            let plain: Vec<_> = form
                .sections
                .iter()
                .flat_map(|piece| &piece.plain)
                .copied()
                .collect();
            if !plain.is_empty() && !form.is_rich() {
                section.plain = plain;
            }
        }
        if section.plain.is_empty() && section.rich.is_empty() {
            section.plain.extend(others.last());
        }
        self.sections.push(section);
    }

    /// A root and what it shows: pictures, style sheets.
    fn visit_related(&mut self, part: &'p Part<'m>) {
        let start = part.content_type.attribute("start").map(unbracketed);
        let is_start = |child: &&Part<'_>| {
            start.is_some() && child.fields.ids("Content-ID").first().map(String::as_str) == start
        };
        let root = part
            .children
            .iter()
            .find(is_start)
            .or(part.children.first());
        for child in &part.children {
            let is_root = root.is_some_and(|root| std::ptr::eq(root, child));
            if is_root || !child.is_leaf() {
                self.visit(child);
            } else {
                self.attachments.push(child);
            }
        }
    }
}

impl<'p, 'm> Section<'p, 'm> {
    /// The rich form, else the plain one.
    fn best(&self) -> &[&'p Part<'m>] {
        if self.rich.is_empty() {
            &self.plain
        } else {
            &self.rich
        }
    }
}

/// Whether a part is HTML.
pub(super) fn is_html(part: &Part<'_>) -> bool {
    part.content_type.is("text", "html") || part.content_type.is("application", "xhtml+xml")
}

fn is_plain(part: &Part<'_>) -> bool {
    part.content_type.is("text", "plain")
}

fn is_calendar(part: &Part<'_>) -> bool {
    part.content_type.is("text", "calendar")
}

fn is_attached(part: &Part<'_>) -> bool {
    part.fields
        .word("Content-Disposition")
        .is_some_and(|word| word == "attachment")
}

fn has_name(part: &Part<'_>) -> bool {
    let disposition = part
        .fields
        .typed("Content-Disposition", super::charset::Hint::default());
    part.content_type.attribute("name").is_some()
        || disposition.is_some_and(|disposition| disposition.attribute("filename").is_some())
}

fn unbracketed(id: &str) -> &str {
    let id = id.trim();
    id.strip_prefix('<')
        .and_then(|id| id.strip_suffix('>'))
        .unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::{Layout, Part};
    use crate::convert::email::mime::Message;

    /// A message from a short form: `mixed(plain,html)`; leaves may carry `:a` attached, `:n` named, `:c` with a Content-ID.
    fn build(shape: &str, level: usize) -> String {
        let Some((kind, inner)) = shape
            .split_once('(')
            .filter(|(kind, _)| !kind.contains(','))
        else {
            let (kind, marks) = shape.split_once(':').unwrap_or((shape, ""));
            let main = match kind {
                "png" => "image",
                "pdf" | "pkcs7-signature" => "application",
                "rfc822" | "delivery-status" => "message",
                _ => "text",
            };
            let mut fields = format!("Content-Type: {main}/{kind}\n");
            for mark in marks.chars() {
                fields.push_str(match mark {
                    'a' => "Content-Disposition: attachment\n",
                    'n' => "Content-Disposition: inline; filename=x\n",
                    _ => "Content-ID: <c>\n",
                });
            }
            return format!("{fields}\n{kind}");
        };
        let inner = inner.strip_suffix(')').unwrap();
        let mut parts = vec![String::new()];
        let mut depth = 0;
        for char in inner.chars() {
            depth += i32::from(char == '(') - i32::from(char == ')');
            if char == ',' && depth == 0 {
                parts.push(String::new());
            } else {
                parts.last_mut().unwrap().push(char);
            }
        }
        let parts: String = parts
            .iter()
            .map(|part| format!("--b{level}\n{}\n", build(part, level + 1)))
            .collect();
        format!("Content-Type: multipart/{kind}; boundary=b{level}\n\n{parts}--b{level}--\n")
    }

    fn names(parts: &[&Part<'_>]) -> String {
        parts
            .iter()
            .map(|part| part.content_type.sub.clone())
            .collect::<Vec<_>>()
            .join("+")
    }

    #[test]
    fn shapes() {
        for (shape, body, attachments) in [
            ("plain", "plain/", ""),
            ("html", "/html", ""),
            ("html:n", "/html", ""),
            ("x-patch:n", "x-patch/", ""),
            ("plain:a", "", "plain"),
            ("png", "", "png"),
            ("alternative(plain,html)", "plain/html", ""),
            ("alternative(html,plain)", "plain/html", ""),
            ("alternative(html)", "/html", ""),
            ("alternative(plain,x-amp-html,html)", "plain/html", ""),
            ("alternative(enriched)", "enriched/", ""),
            ("alternative(plain,calendar)", "plain/", "calendar"),
            ("alternative(plain,html,pdf)", "plain/html", "pdf"),
            ("mixed(plain,pdf)", "plain/", "pdf"),
            ("mixed(plain,plain:n)", "plain/", "plain"),
            ("mixed(plain,png,plain)", "plain/ plain/", "png"),
            (
                "mixed(alternative(plain,html),pdf,plain)",
                "plain/html plain/",
                "pdf",
            ),
            (
                "alternative(plain,related(html,png:c))",
                "plain/html",
                "png",
            ),
            (
                "related(alternative(plain,html),png:c)",
                "plain/html",
                "png",
            ),
            ("related(html,png:c,css)", "/html", "png+css"),
            (
                "alternative(plain,mixed(html,pdf,html))",
                "plain/html+html",
                "pdf",
            ),
            (
                "alternative(plain,mixed(html,plain))",
                "plain/html+plain",
                "",
            ),
            ("signed(plain,pkcs7-signature)", "plain/", "pkcs7-signature"),
            (
                "signed(alternative(plain,html),pkcs7-signature)",
                "plain/html",
                "pkcs7-signature",
            ),
            (
                "report(plain,delivery-status,rfc822)",
                "plain/",
                "delivery-status+rfc822",
            ),
            ("mixed(rfc822,plain)", "plain/", "rfc822"),
            ("mixed(pdf)", "", "pdf"),
        ] {
            let raw = build(shape, 0);
            let message = Message::parse(raw.as_bytes());
            let layout = Layout::of(&message.root);
            let sections = layout.sections.iter();
            let sections: Vec<_> = sections
                .map(|section| format!("{}/{}", names(&section.plain), names(&section.rich)))
                .collect();
            assert_eq!(sections.join(" "), body, "{shape}");
            assert_eq!(names(&layout.attachments), attachments, "{shape}");
        }
    }

    #[test]
    fn a_meeting_stays_an_attachment() {
        let raw = build("mixed(alternative(plain,calendar),calendar:a)", 0);
        let message = Message::parse(raw.as_bytes());
        let layout = Layout::of(&message.root);
        assert_eq!(layout.calendar.unwrap().path, "1.2");
        let paths: Vec<_> = layout
            .attachments
            .iter()
            .map(|part| part.path.as_str())
            .collect();
        assert_eq!(paths, ["1.2", "2"]);
    }
}
