//! `imapd.conf` and `cyrus.conf` for what a test asks for.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::servers::cyrus::programs::Programs;
use crate::servers::cyrus::{CyrusOptions, Ports};
use crate::servers::{Failure, Outcome, Owner, text};

/// What each account has besides its INBOX.
const FOLDERS: [&str; 5] = ["Drafts", "Sent", "Trash", "Junk", "Archive"];

pub(crate) fn write(
    dir: &Path,
    owner: &Owner,
    programs: &Programs,
    ports: &Ports,
    options: &CyrusOptions,
) -> Outcome {
    for part in ["conf", "conf/socket", "conf/db", "conf/log", "spool"] {
        owner.make_dir(&dir.join(part))?;
    }
    owner.give(dir)?;
    imapd(dir, owner, options)?;
    services(dir, programs, ports, options)
}

pub(crate) fn command(dir: &Path, programs: &Programs) -> Result<Vec<String>, Failure> {
    let at = text(dir)?;
    Ok(vec![
        programs.path("master")?,
        "-C".to_owned(),
        format!("{at}/imapd.conf"),
        "-M".to_owned(),
        format!("{at}/cyrus.conf"),
        "-p".to_owned(),
        format!("{at}/pid"),
    ])
}

fn imapd(dir: &Path, owner: &Owner, options: &CyrusOptions) -> Outcome {
    let at = text(dir)?;
    let folders = FOLDERS.join("|");
    let modern = if options.classic_names { "no" } else { "yes" };
    // The sockets of idled and notifyd stand in a directory of the user that Cyrus works as: only
    // then does the word of a change reach IDLE.
    let mut out = format!(
        "configdirectory: {at}/conf\ndefaultpartition: default\npartition-default: {at}/spool\n\
         cyrus_user: {}\nidlesocket: {at}/conf/socket/idle\n\
         notifysocket: {at}/conf/socket/notify\nlmtpsocket: {at}/conf/socket/lmtp\n\
         master_pid_file: {at}/pid\nallowplaintext: yes\nsasl_mech_list: PLAIN\n\
         sasl_pwcheck_method: saslauthd\nsasl_saslauthd_path: {at}/mux\nfailedloginpause: 0\n\
         unixhierarchysep: {modern}\naltnamespace: {modern}\nduplicatesuppression: no\n\
         autocreate_quota: 0\nautocreate_inbox_folders: {folders}\n\
         autocreate_subscribe_folders: {folders}\n",
        owner.name
    );
    for name in FOLDERS {
        writeln!(out, "xlist-{}: {name}", name.to_lowercase())?;
    }
    if let Some(proxy) = &options.proxy {
        writeln!(out, "proxyservers: {}", proxy.user)?;
    }
    if let Some(given) = &options.certificate {
        for (name, content) in [("cert", &given.certificate), ("key", &given.key)] {
            let path = dir.join(format!("{name}.pem"));
            fs::write(&path, content)?;
            owner.give(&path)?;
            writeln!(out, "tls_server_{name}: {}", text(&path)?)?;
        }
    }
    if let Some(notifier) = &options.notifier {
        // The lines that are shipped in deploy/hooks.
        writeln!(
            out,
            "event_notifier: external\nevent_groups: message mailbox flags subscription\n\
             event_exclude_specialuse:\nevent_extra_params: messages uidnext modseq\n\
             notify_external: {}",
            text(notifier)?
        )?;
    }
    out.push_str(&options.extra);
    fs::write(dir.join("imapd.conf"), out)?;
    Ok(())
}

fn services(dir: &Path, programs: &Programs, ports: &Ports, options: &CyrusOptions) -> Outcome {
    let at = text(dir)?;
    let config = format!("-C {at}/imapd.conf");
    let program = |name| programs.path(name);
    let mut out = format!(
        "START {{\n  recover cmd=\"{} {config} -r\"\n  idled cmd=\"{} {config}\"\n}}\nSERVICES {{\n",
        program("ctl_cyrusdb")?,
        program("idled")?
    );
    let imapd = program("imapd")?;
    let mut inet = |name: &str, command: &str, port: u16| {
        let listen = format!("listen=\"127.0.0.1:{port}\" proto=\"tcp4\"");
        writeln!(out, "  {name} cmd=\"{command}\" {listen} prefork=0")
    };
    inet("imap", &format!("{imapd} {config}"), ports.imap.number())?;
    if options.certificate.is_some() {
        inet(
            "imaps",
            &format!("{imapd} {config} -s"),
            ports.imaps.number(),
        )?;
    }
    // Delivery without a password.
    let lmtpd = format!("{} {config} -a", program("lmtpd")?);
    inet("lmtp", &lmtpd, ports.lmtp.number())?;
    if options.notifier.is_some() {
        writeln!(
            out,
            "  notify cmd=\"{} {config} -m external\" listen=\"{at}/conf/socket/notify\" \
             proto=\"udp\" prefork=1",
            program("notifyd")?
        )?;
    }
    out.push_str("}\n");
    fs::write(dir.join("cyrus.conf"), out)?;
    Ok(())
}
