//! `imapd.conf` and `cyrus.conf` for what a test asks for.

use std::fmt::Write;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::servers::cyrus::programs::Programs;
use crate::servers::cyrus::{CyrusOptions, Ports};
use crate::servers::{Failure, HookOptions, Outcome, Owner, shipped, text};

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
         autocreate_quota: 0\n",
        owner.name
    );
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
    if let Some(hook) = &options.hook {
        let program = notifier(dir, owner, hook)?;
        let lines = shipped("cyrus/imapd.conf")?;
        out.push_str(&lines.replace("/usr/local/bin/directpush-notify", &program));
    }
    out.push_str(&options.extra);
    fs::write(dir.join("imapd.conf"), out)?;
    Ok(())
}

/// The shipped program with the shipped settings, for this place.
fn notifier(dir: &Path, owner: &Owner, hook: &HookOptions) -> Result<String, Failure> {
    let settings = shipped("cyrus/directpush-notify.conf")?
        .replace("http://127.0.0.1:8081/hooks/cyrus", &hook.url)
        .replace("TOKEN", &hook.token);
    let config = dir.join("notify.conf");
    fs::write(&config, settings)?;
    owner.give(&config)?;
    let program = shipped("cyrus/directpush-notify")?;
    let place = text(&config)?;
    let program = program.replace("/etc/directpush-notify.conf", place);
    let path = dir.join("notify");
    fs::write(&path, program)?;
    fs::set_permissions(&path, Permissions::from_mode(0o755))?;
    Ok(text(&path)?.to_owned())
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
    if options.hook.is_some() {
        let line = shipped("cyrus/cyrus.conf")?;
        let line = line.replace("\"notifyd", &format!("\"{} {config}", program("notifyd")?));
        out.push_str(&line.replace("/run/cyrus/socket", &format!("{at}/conf/socket")));
    }
    out.push_str("}\n");
    fs::write(dir.join("cyrus.conf"), out)?;
    Ok(())
}
