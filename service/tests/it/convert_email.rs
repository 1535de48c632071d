//! Mails to items: a table of messages in `tests/golden/email`, and laws over arbitrary bytes.
//!
//! `NAME.eml` is a message, `NAME.txt` what devices with different wishes get of it. A message without expectation, or one
//! that is converted otherwise, leaves what came out in the temporary directory for comparison.

mod laws;
mod rules;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use directpush::convert::email::{
    BodyWish, Converted, ItemContext, Limits, Marks, MimeSupport, to_eas,
};
use protocol::airsyncbase::{Body, BodyContent, BodyPreference, BodyType};
use protocol::version::Version;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/email")
}

fn messages() -> Vec<(String, Vec<u8>)> {
    let mut messages: Vec<_> = fs::read_dir(golden())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect();
    messages.sort();
    messages
}

fn context() -> ItemContext {
    ItemContext {
        server_id: "3:17".to_owned(),
        received: 1_740_823_900,
        marks: Marks {
            seen: true,
            ..Marks::default()
        },
        categories: Vec::new(),
        limits: Limits::default(),
    }
}

fn wish(preferences: &[BodyPreference]) -> BodyWish {
    BodyWish {
        preferences: preferences.to_vec(),
        ..BodyWish::nothing_said(Version::V14_1)
    }
}

fn whole(kind: BodyType) -> BodyWish {
    let mime_support = if kind == BodyType::Mime {
        MimeSupport::Always
    } else {
        MimeSupport::Never
    };
    BodyWish {
        mime_support,
        ..wish(&[BodyPreference::whole(kind)])
    }
}

fn convert(raw: &[u8], wish: &BodyWish) -> Converted {
    to_eas(raw, wish, &context()).unwrap()
}

fn data(body: &Body) -> &str {
    match &body.data {
        Some(BodyContent::Text(text)) => text,
        other => panic!("no text: {other:?}"),
    }
}
