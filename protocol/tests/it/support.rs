//! What several subjects need.

use std::fs;
use std::path::{Path, PathBuf};

use protocol::version::Version;

/// A vector: a document as bytes, and as the XML that people read.
pub(crate) struct Golden {
    /// `<command>.<request|response>.<version>[-<variant>]`
    pub(crate) name: String,
    pub(crate) command: String,
    pub(crate) direction: String,
    pub(crate) version: Version,
    pub(crate) bytes: Vec<u8>,
    pub(crate) xml: String,
}

/// All vectors, by name.
pub(crate) fn goldens() -> Vec<Golden> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/wbxml");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hex"))
        .collect();
    paths.sort();
    paths.iter().map(|path| golden(path)).collect()
}

fn golden(path: &Path) -> Golden {
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let (command, rest) = name.split_once('.').unwrap();
    let (direction, rest) = rest.split_once('.').unwrap();
    let version = rest.split_once('-').map_or(rest, |(version, _)| version);
    Golden {
        command: command.to_owned(),
        direction: direction.to_owned(),
        version: Version::parse(version).unwrap(),
        bytes: hex(&fs::read_to_string(path).unwrap()),
        xml: fs::read_to_string(path.with_extension("xml")).unwrap(),
        name,
    }
}

/// Bytes of hexadecimal text; white space does not matter.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}

/// The reference files beside the repository, where they are present.
pub(crate) fn reference() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/eas"))
        .find(|folder| folder.is_dir())
}
