//! Which folder is the one for sent mail, drafts and so on, told from its name.
//!
//! Maildir++ writes special use nowhere, and not every IMAP server says it: then the names that servers and mail
//! programs give in many languages are all there is to go by.

use crate::folder::Role;

/// The role that a top-level folder of this decoded name would have, and how good the name is for
/// it (smaller is better): of several candidates the best one gets the role.
pub(crate) fn candidate(name: &str) -> Option<(Role, usize)> {
    let name = name.to_lowercase();
    NAMES.iter().find_map(|(role, names)| {
        let rank = names.iter().position(|known| *known == name)?;
        Some((*role, rank))
    })
}

/// Lower case. English first, in the order of how specific the name is.
const NAMES: &[(Role, &[&str])] = &[
    (
        Role::Drafts,
        &[
            "drafts",
            "draft",
            "entwürfe",
            "brouillons",
            "borradores",
            "bozze",
            "rascunhos",
            "concepten",
            "utkast",
            "kladder",
            "luonnokset",
            "wersje robocze",
            "szkice",
            "koncepty",
            "rozepsané",
            "piszkozatok",
            "ciorne",
            "taslaklar",
            "черновики",
            "чернетки",
            "чарнавікі",
            "下書き",
            "草稿",
            "草稿箱",
            "임시 보관함",
            "πρόχειρα",
            "טיוטות",
            "مسودات",
        ],
    ),
    (
        Role::Sent,
        &[
            "sent",
            "sent messages",
            "sent items",
            "sent mail",
            "gesendet",
            "gesendete objekte",
            "gesendete elemente",
            "gesendete nachrichten",
            "envoyés",
            "éléments envoyés",
            "messages envoyés",
            "courrier envoyé",
            "enviados",
            "elementos enviados",
            "posta inviata",
            "inviata",
            "inviati",
            "itens enviados",
            "verzonden",
            "verzonden items",
            "skickat",
            "skickade",
            "sendte",
            "sendt",
            "sendt post",
            "lähetetyt",
            "wysłane",
            "elementy wysłane",
            "odeslané",
            "odeslaná pošta",
            "odoslané",
            "elküldött",
            "trimise",
            "gönderilmiş",
            "gönderilmiş öğeler",
            "отправленные",
            "надіслані",
            "送信済み",
            "送信済みメール",
            "已发送",
            "已傳送",
            "寄件備份",
            "보낸 편지함",
            "απεσταλμένα",
            "נשלח",
            "المرسلة",
        ],
    ),
    (
        Role::Trash,
        &[
            "trash",
            "deleted messages",
            "deleted items",
            "deleted",
            "papierkorb",
            "gelöschte objekte",
            "gelöschte elemente",
            "corbeille",
            "éléments supprimés",
            "papelera",
            "elementos eliminados",
            "cestino",
            "posta eliminata",
            "lixeira",
            "lixo",
            "itens excluídos",
            "prullenbak",
            "verwijderde items",
            "papperskorg",
            "papirkurv",
            "roskakori",
            "kosz",
            "elementy usunięte",
            "koš",
            "kôš",
            "kuka",
            "törölt elemek",
            "coș de gunoi",
            "çöp kutusu",
            "корзина",
            "удаленные",
            "кошик",
            "ゴミ箱",
            "已删除",
            "垃圾桶",
            "휴지통",
            "κάδος",
            "אשפה",
            "سلة المهملات",
        ],
    ),
    (
        Role::Junk,
        &[
            "junk",
            "spam",
            "junk e-mail",
            "junk email",
            "junk mail",
            "bulk mail",
            "spamverdacht",
            "unerwünscht",
            "courrier indésirable",
            "indésirables",
            "pourriel",
            "correo no deseado",
            "posta indesiderata",
            "lixo eletrônico",
            "lixo eletrónico",
            "ongewenste e-mail",
            "ongewenst",
            "skräppost",
            "søppelpost",
            "uønsket mail",
            "roskaposti",
            "niechciane",
            "wiadomości-śmieci",
            "nevyžádaná pošta",
            "levélszemét",
            "istenmeyen",
            "спам",
            "迷惑メール",
            "垃圾邮件",
            "垃圾郵件",
            "스팸",
            "ανεπιθύμητα",
            "דואר זבל",
            "البريد المزعج",
        ],
    ),
    (
        Role::Archive,
        &[
            "archive",
            "archives",
            "archiv",
            "archivo",
            "archivio",
            "arquivo",
            "arquivos",
            "archief",
            "arkiv",
            "arkisto",
            "archiwum",
            "archív",
            "archívum",
            "arhivă",
            "arşiv",
            "архив",
            "архів",
            "アーカイブ",
            "归档",
            "封存",
            "보관함",
            "αρχείο",
            "ארכיון",
            "الأرشيف",
        ],
    ),
    (
        Role::Outbox,
        &[
            "outbox",
            "postausgang",
            "boîte d'envoi",
            "bandeja de salida",
            "posta in uscita",
            "исходящие",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::{NAMES, candidate};
    use crate::folder::Role;

    #[test]
    fn names_of_several_languages() {
        for (name, role) in [
            ("Sent", Some(Role::Sent)),
            ("Sent Items", Some(Role::Sent)),
            ("Gesendete Objekte", Some(Role::Sent)),
            ("Entwürfe", Some(Role::Drafts)),
            ("ЧЕРНОВИКИ", Some(Role::Drafts)),
            ("Deleted Messages", Some(Role::Trash)),
            ("Spam", Some(Role::Junk)),
            ("Archives", Some(Role::Archive)),
            ("Projects", None),
            ("", None),
        ] {
            assert_eq!(candidate(name).map(|(role, _)| role), role, "{name}");
        }
        let (Some((_, sent)), Some((_, items))) = (candidate("Sent"), candidate("Sent Items"))
        else {
            unreachable!()
        };
        assert!(sent < items);
    }

    #[test]
    fn the_table_is_in_lower_case_and_names_nothing_twice() {
        let mut seen = std::collections::HashSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| *names) {
            assert_eq!(*name, name.to_lowercase());
            assert!(seen.insert(name), "{name}");
        }
    }
}
