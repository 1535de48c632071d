//! `dovecot.conf` for what a test asks for.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::servers::dovecot::users::line;
use crate::servers::dovecot::{DovecotOptions, Ports};
use crate::servers::{Failure, Outcome, Owner, shipped, text};

/// What Dovecot 2.3 announces after login, where there are no settings about it.
const CAPABILITIES: &str = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY \
     THREAD=REFERENCES THREAD=REFS THREAD=ORDEREDSUBJECT MULTIAPPEND URL-PARTIAL CATENATE UNSELECT \
     CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES \
     WITHIN CONTEXT=SEARCH LIST-STATUS BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY PREVIEW STATUS=SIZE \
     SAVEDATE LITERAL+ NOTIFY SPECIAL-USE METADATA";

pub(crate) fn write(
    dir: &Path,
    owner: &Owner,
    ports: &Ports,
    options: &DovecotOptions,
) -> Result<PathBuf, Failure> {
    owner.make_dir(&dir.join("mail"))?;
    let at = text(dir)?;
    let mut out = String::new();
    general(&mut out, at, owner, options)?;
    services(&mut out, owner, ports)?;
    passwords(&mut out, dir, options)?;
    namespaces(&mut out, dir, owner, options)?;
    certificate(&mut out, dir, options)?;
    plugins(&mut out, dir, options)?;
    imap(&mut out, options)?;
    out.push_str(&options.extra);
    let path = dir.join("dovecot.conf");
    fs::write(&path, out)?;
    Ok(path)
}

fn general(out: &mut String, at: &str, owner: &Owner, options: &DovecotOptions) -> Outcome {
    let (uid, gid) = (owner.uid, owner.gid);
    let delay = options.failure_delay.as_millis();
    // What a killed process wrote is kept by the kernel: no test needs the disk.
    writeln!(
        out,
        "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = /dev/stderr\n\
         protocols = imap lmtp\nlisten = 127.0.0.1\nmail_fsync = never\n\
         mail_location = maildir:~/Maildir\nmail_uid = {uid}\nmail_gid = {gid}\n\
         first_valid_uid = 1\nfirst_valid_gid = 1\nauth_failure_delay = {delay}ms\n\
         mail_max_userip_connections = {}\nmailbox_list_index = yes\n\
         mail_attribute_dict = file:%h/dovecot-attributes\nauth_mechanisms = plain login",
        options.connections_per_user,
    )?;
    if let Some(networks) = options.trusted_networks {
        writeln!(out, "login_trusted_networks = {networks}")?;
    }
    if !owner.root {
        let name = &owner.name;
        writeln!(
            out,
            "default_internal_user = {name}\ndefault_login_user = {name}\n\
             default_internal_group = {}\nservice anvil {{\n  chroot =\n}}\n\
             service imap-login {{\n  chroot =\n}}\nservice lmtp {{\n  user =\n}}",
            owner.group
        )?;
    }
    Ok(())
}

fn services(out: &mut String, owner: &Owner, ports: &Ports) -> Outcome {
    let mail = &owner.name;
    let (imap, imaps, lmtp) = (
        ports.imap.number(),
        ports.imaps.number(),
        ports.lmtp.number(),
    );
    // Without the penalty of anvil a wrong password costs the next login nothing.
    writeln!(
        out,
        "service imap-login {{\n  process_min_avail = 1\n  service_count = 0\n  client_limit = 3000\n  \
         inet_listener imap {{\n    port = {imap}\n  }}\n  \
         inet_listener imaps {{\n    port = {imaps}\n    ssl = yes\n  }}\n}}\n\
         service lmtp {{\n  inet_listener lmtp {{\n    address = 127.0.0.1\n    port = {lmtp}\n  }}\n}}\n\
         service imap {{\n  process_limit = 3000\n  unix_listener imap-master {{\n    \
         user = $default_internal_user\n  }}\n}}\n\
         service imap-hibernate {{\n  unix_listener imap-hibernate {{\n    mode = 0660\n    \
         user = {mail}\n  }}\n}}\n\
         service anvil {{\n  client_limit = 10000\n  unix_listener anvil-auth-penalty {{\n    \
         mode = 0\n  }}\n}}\n\
         service auth {{\n  client_limit = 10000\n}}\n\
         service stats {{\n  unix_listener stats-writer {{\n    mode = 0666\n  }}\n}}"
    )?;
    Ok(())
}

fn passwords(out: &mut String, dir: &Path, options: &DovecotOptions) -> Outcome {
    let at = text(dir)?;
    if let Some(master) = &options.master {
        let path = dir.join("masters");
        fs::write(&path, line(&master.user, &master.password))?;
        writeln!(
            out,
            "auth_master_user_separator = *\npassdb {{\n  driver = passwd-file\n  \
             args = {at}/masters\n  master = yes\n  result_success = continue\n}}"
        )?;
    }
    // A complete userdb: LMTP looks users up without their password.
    writeln!(
        out,
        "passdb {{\n  driver = passwd-file\n  args = {at}/users\n}}\n\
         userdb {{\n  driver = static\n  args = home={at}/mail/%u\n}}"
    )?;
    Ok(())
}

fn namespaces(out: &mut String, dir: &Path, owner: &Owner, options: &DovecotOptions) -> Outcome {
    writeln!(out, "namespace inbox {{\n  inbox = yes\n  separator = /")?;
    for name in ["Drafts", "Sent", "Trash", "Junk", "Archive"] {
        writeln!(
            out,
            "  mailbox {name} {{\n    auto = subscribe\n    special_use = \\{name}\n  }}"
        )?;
    }
    writeln!(out, "}}")?;
    if options.shared {
        let public = dir.join("public");
        for part in ["", ".Team", ".Team/cur", ".Team/new", ".Team/tmp"] {
            owner.make_dir(&public.join(part))?;
        }
        writeln!(
            out,
            "namespace public {{\n  type = public\n  separator = /\n  prefix = Public/\n  \
             location = maildir:{}\n  subscriptions = no\n  list = yes\n}}",
            text(&public)?
        )?;
    }
    Ok(())
}

fn certificate(out: &mut String, dir: &Path, options: &DovecotOptions) -> Outcome {
    let Some(given) = &options.certificate else {
        writeln!(out, "ssl = no")?;
        return Ok(());
    };
    fs::write(dir.join("cert.pem"), &given.certificate)?;
    fs::write(dir.join("key.pem"), &given.key)?;
    let at = text(dir)?;
    writeln!(
        out,
        "ssl = yes\nssl_cert = <{at}/cert.pem\nssl_key = <{at}/key.pem"
    )?;
    Ok(())
}

fn imap(out: &mut String, options: &DovecotOptions) -> Outcome {
    writeln!(out, "protocol imap {{\n  imap_metadata = yes")?;
    if let Some(after) = options.hibernate {
        writeln!(out, "  imap_hibernate_timeout = {}s", after.as_secs())?;
    }
    if options.quota_kib.is_some() {
        writeln!(out, "  mail_plugins = $mail_plugins imap_quota")?;
    }
    writeln!(out, "}}")?;
    if !options.without.is_empty() {
        let quota = options.quota_kib.map(|_| "QUOTA");
        let words = CAPABILITIES.split_whitespace().chain(quota);
        let left: Vec<_> = words
            .filter(|word| !options.without.contains(word))
            .collect();
        writeln!(out, "imap_capability = {}", left.join(" "))?;
    }
    Ok(())
}

fn plugins(out: &mut String, dir: &Path, options: &DovecotOptions) -> Outcome {
    let mut names = Vec::new();
    let mut settings = String::new();
    if let Some(limit) = options.quota_kib {
        names.push("quota");
        writeln!(
            settings,
            "  quota = count:User quota\n  quota_vsizes = yes\n  quota_rule = *:storage={limit}K\n  \
             quota_grace = 0"
        )?;
    }
    if options.hook.is_some() || options.ox_url.is_some() {
        names.extend(["notify", "push_notification"]);
    }
    if let Some(hook) = &options.hook {
        names.extend(["mail_lua", "push_notification_lua"]);
        let token = dir.join("token");
        fs::write(&token, format!("{}\n", hook.token))?;
        let script = dir.join("push.lua");
        fs::write(&script, shipped("dovecot/directpush-push.lua")?)?;
        writeln!(
            settings,
            "  push_notification_driver = lua:file={}\n  directpush_hook_url = {}\n  \
             directpush_hook_token = <{}",
            text(&script)?,
            hook.url,
            text(&token)?
        )?;
    }
    if let Some(url) = &options.ox_url {
        // Dovecot counts from the one without a number, and stops at the first that is missing.
        let number = if options.hook.is_some() { "2" } else { "" };
        let driver = format!("push_notification_driver{number}");
        writeln!(settings, "  {driver} = ox:url={url} user_from_metadata")?;
    }
    writeln!(
        out,
        "mail_plugins = {}\nplugin {{\n{settings}}}",
        names.join(" ")
    )?;
    Ok(())
}
