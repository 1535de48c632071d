//! What does not make sense in a scenario, all of it at once.

use super::{Backend, By, Scenario};

/// In the file's own words.
pub(super) fn problems(scenario: &Scenario) -> Vec<String> {
    let mut found = Vec::new();
    let mut want = |fine: bool, what: &str| {
        if !fine {
            found.push(what.to_owned());
        }
    };
    let changes = &scenario.changes;
    want(
        (1..=200_000).contains(&scenario.devices),
        "devices is from 1 to 200000",
    );
    want(
        (1..=scenario.devices).contains(&scenario.accounts),
        "accounts is from 1 to the number of devices",
    );
    want(
        scenario.files_per_process >= 100,
        "files_per_process is 100 or more",
    );
    want(
        scenario.source_addresses >= 1,
        "source_addresses is 1 or more",
    );
    shares(scenario, &mut want);
    want(
        (0.0..=10_000.0).contains(&changes.rate),
        "changes.rate is from 0 to 10000",
    );
    want(changes.burst >= 1, "changes.burst is 1 or more");
    want(
        (1..=64).contains(&changes.senders),
        "changes.senders is from 1 to 64",
    );
    want(
        changes.rate == 0.0 || changes.deliver > 0,
        "changes.deliver is 1 or more: there is nothing to change otherwise",
    );
    want(
        changes.by != By::Command || !changes.command.is_empty(),
        "changes.command is missing",
    );
    places(scenario, &mut want);
    server(scenario, &mut want);
    found
}

/// Shares of phones and of changes.
fn shares(scenario: &Scenario, want: &mut impl FnMut(bool, &str)) {
    let Scenario {
        phones, changes, ..
    } = scenario;
    for (name, share) in [
        ("phones.slow", phones.slow),
        ("phones.vanishing", phones.vanishing),
        ("changes.folder", changes.folder),
    ] {
        want(
            (0.0..=1.0).contains(&share),
            &format!("{name} is from 0 to 1"),
        );
    }
    want(
        phones.slow + phones.vanishing <= 1.0,
        "phones.slow and phones.vanishing are 1 together at most",
    );
    want(
        phones.slow_bytes_per_s >= 100,
        "phones.slow_bytes_per_s is 100 or more",
    );
    want(
        phones.vanishing == 0.0 || (phones.vanish_every_s >= 1 && phones.vanish_for_s >= 1),
        "phones.vanish_every_s and phones.vanish_for_s are 1 or more",
    );
    for storm in &scenario.storms {
        let fine = (0.0..=1.0).contains(&storm.fraction) && storm.at_s >= 0.0;
        want(
            fine,
            "storms: fraction is from 0 to 1, at_s is not negative",
        );
    }
}

/// What is started, or where it is.
fn server(scenario: &Scenario, want: &mut impl FnMut(bool, &str)) {
    let server = &scenario.server;
    match &server.url {
        Some(url) => {
            want(
                url.starts_with("http://") || url.starts_with("https://"),
                "server.url begins with http:// or https://",
            );
            want(
                server.user.is_some() && server.password.is_some(),
                "server.url needs server.user and server.password",
            );
            let tells_apart = |text: &String| text.contains("{n}");
            want(
                scenario.accounts == 1 || server.user.as_ref().is_none_or(tells_apart),
                "server.user has no {n}, and there are several accounts",
            );
        }
        None => want(
            server.user.is_none() && server.maildir.is_none() && server.pid.is_none(),
            "server.user, server.maildir and server.pid belong to server.url",
        ),
    }
}

/// Whether there is a way to make the changes.
fn places(scenario: &Scenario, want: &mut impl FnMut(bool, &str)) {
    let Scenario {
        changes, server, ..
    } = scenario;
    let started = server.url.is_none();
    let dovecot = started && server.backend == Backend::Dovecot;
    let maildir = if started {
        server.backend == Backend::Maildir
    } else {
        server.maildir.is_some()
    };
    let imap = dovecot || changes.imap_port.is_some();
    let fine = match changes.by {
        By::Maildir => maildir,
        By::Lmtp => dovecot || changes.lmtp.is_some(),
        By::Imap => imap,
        By::Command => true,
    };
    want(
        fine,
        "changes.by: that server has no such way in (changes.lmtp, changes.imap_port, server.maildir)",
    );
    let others = changes.read + changes.flag + changes.moves + changes.delete > 0;
    want(
        !others || maildir || imap,
        "read, flag, move and delete are done in a Maildir or by IMAP",
    );
    want(
        changes.folder == 0.0 || matches!(changes.by, By::Maildir | By::Imap),
        "changes.folder needs by = \"maildir\" or \"imap\"",
    );
    want(
        scenario.beside.accounts == 0 || imap,
        "beside.accounts needs an IMAP server",
    );
    want(
        scenario.beside.accounts <= scenario.accounts,
        "beside.accounts is the number of accounts at most",
    );
}

#[cfg(test)]
mod tests {
    use super::super::Scenario;

    fn refused(text: &str) -> String {
        format!("{:#}", Scenario::parse(text).unwrap_err())
    }

    const SMALL: &str = "devices = 2\naccounts = 1\nduration_s = 1\n";

    #[test]
    fn all_scenarios_that_are_shipped_are_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let mut read = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            Scenario::read(&entry.unwrap().path()).unwrap();
            read += 1;
        }
        assert!(read >= 5);
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        let text = format!("{SMALL}[server]\nbackends = \"maildir\"\n");
        assert!(refused(&text).contains("backends"), "{}", refused(&text));
        let text = format!("{SMALL}[phones]\nfamily = \"nokia\"\n[server]\n");
        assert!(refused(&text).contains("nokia"));
    }

    #[test]
    fn all_that_makes_no_sense_is_said_at_once() {
        let text =
            "devices = 1\naccounts = 2\nduration_s = 1\n[changes]\nby = \"lmtp\"\n[server]\n";
        let told = refused(text);
        assert!(told.contains("accounts is from 1"), "{told}");
        assert!(told.contains("no such way in"), "{told}");
        let text =
            format!("{SMALL}[server]\nurl = \"https://x\"\nuser = \"a\"\n[changes]\nrate = 0\n");
        assert!(refused(&text).contains("server.password"));
    }
}
