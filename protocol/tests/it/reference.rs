//! The tables and vectors against the reference files, where those are present.

use std::fs;
use std::process::Command;

use protocol::codepages;
use protocol::status::CommonStatus;
use protocol::tag::Tag;
use protocol::version::Version;

use crate::support::{goldens, reference};

#[test]
fn tables_list_what_the_reference_lists() {
    let Some(reference) = reference() else { return };
    let table = fs::read_to_string(reference.join("codepages.tsv")).unwrap();
    let mut count = 0;
    for row in table.lines().skip(1) {
        let cells: Vec<_> = row.split('\t').collect();
        let token = u8::from_str_radix(cells[3].trim_start_matches("0x"), 16).unwrap();
        let tag = Tag::new(cells[0].parse().unwrap(), token);
        let versions = [cells[5], cells[6]].map(|version| Version::parse(version).unwrap());
        assert_eq!(tag.namespace(), cells[2], "{row}");
        assert_eq!(tag.name(), cells[4], "{row}");
        assert_eq!(tag.versions(), Some((versions[0], versions[1])), "{row}");
        count += 1;
    }
    assert_eq!(codepages::all().count(), count);
}

#[test]
fn common_statuses_are_those_of_the_reference() {
    let Some(reference) = reference() else { return };
    let table = fs::read_to_string(reference.join("status-codes.tsv")).unwrap();
    for row in table.lines().filter(|row| row.starts_with("common\t")) {
        let cells: Vec<_> = row.split('\t').collect();
        let status = CommonStatus::from_code(cells[2].parse().unwrap()).expect(row);
        let http: String = cells[8].chars().take_while(char::is_ascii_digit).collect();
        // 140 depends on the request; 118 is no failure.
        if !http.is_empty() && status != CommonStatus::RemoteWipeRequested {
            assert_eq!(status.http_before_14().to_string(), http, "{row}");
        }
    }
}

#[test]
fn xml_of_the_vectors_is_valid() {
    let Some(reference) = reference() else { return };
    let folder = tempfile();
    for golden in goldens() {
        let file = folder.join(format!("{}.xml", golden.name));
        fs::write(&file, &golden.xml).unwrap();
        let output = Command::new("python3")
            .arg(reference.join("xsd/validate.py"))
            .args([&golden.direction, &golden.command, golden.version.as_str()])
            .arg(&file)
            .output()
            .expect("python3 runs (apt-get install python3 libxml2-utils)");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}: {said}", golden.name);
    }
    fs::remove_dir_all(folder).unwrap();
}

fn tempfile() -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden-xml");
    fs::create_dir_all(&folder).unwrap();
    folder
}
