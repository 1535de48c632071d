//! Whom the cards of the corpus are about.

/// A person, in a script of their own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) family: &'static str,
    pub(super) given: &'static str,
    pub(super) middle: &'static str,
    pub(super) prefix: &'static str,
    pub(super) suffix: &'static str,
    pub(super) nick: &'static str,
    pub(super) yomi: (&'static str, &'static str),
    pub(super) company: &'static str,
    pub(super) department: &'static str,
    pub(super) job: &'static str,
    pub(super) street: &'static str,
    pub(super) city: &'static str,
    pub(super) note: &'static str,
    pub(super) category: &'static str,
}

impl Person {
    /// Names in the order of N.
    pub(super) fn names(&self) -> [&'static str; 5] {
        [
            self.family,
            self.given,
            self.middle,
            self.prefix,
            self.suffix,
        ]
    }
}

const fn person(
    names: [&'static str; 6],
    work: [&'static str; 3],
    rest: [&'static str; 4],
) -> Person {
    let [family, given, middle, prefix, suffix, nick] = names;
    let [company, department, job] = work;
    let [street, city, note, category] = rest;
    Person {
        family,
        given,
        middle,
        prefix,
        suffix,
        nick,
        yomi: ("", ""),
        company,
        department,
        job,
        street,
        city,
        note,
        category,
    }
}

pub(super) const PEOPLE: [Person; 19] = [
    person(
        ["Example", "Ann", "Marie", "Dr.", "MD", "Annie"],
        ["Example, Inc.", "R&D; West", "Engineer"],
        [
            "1 Main St\nApt 5",
            "Springfield",
            "Line one\nLine two, with a comma; and more",
            "Friends",
        ],
    ),
    person(
        [
            "Müller-Lüdenscheidt",
            "Jürgen",
            "",
            "Prof. Dr.",
            "",
            "Jürgi",
        ],
        [
            "Straßenbau Groß GmbH & Co. KG",
            "Einkauf",
            "Geschäftsführer",
        ],
        [
            "Königsallee 1",
            "Düsseldorf",
            "Grüße an die Familie",
            "Geschäftlich",
        ],
    ),
    person(
        ["Ó Súilleabháin", "Seán", "Pádraig", "", "", ""],
        ["", "", ""],
        ["", "Corcaigh", "", "Clann"],
    ),
    person(
        ["Łukasiewicz", "Żaneta", "", "mgr", "", "Żana"],
        ["Spółka z o.o.", "Księgowość", "Księgowa"],
        ["ul. Długa 3/5", "Łódź", "zażółć gęślą jaźń", "Praca"],
    ),
    person(
        ["Nguyễn", "Thị", "Ánh", "", "", ""],
        ["Công ty Ví dụ", "", "Kế toán"],
        ["12 Phố Huế", "Hà Nội", "", "Bạn bè"],
    ),
    person(
        ["Иванов", "Иван", "Иванович", "", "", "Ваня"],
        ["ООО «Ромашка»", "Бухгалтерия", "Директор"],
        [
            "ул. Ленина, д. 1",
            "Москва",
            "Заметка\nна две строки",
            "Друзья",
        ],
    ),
    person(
        ["Шевченко", "Олена", "", "", "", ""],
        ["Приклад", "", ""],
        ["вул. Хрещатик, 1", "Київ", "Нотатка", "Робота"],
    ),
    person(
        ["Παπαδόπουλος", "Γιώργος", "", "Κος", "", "Γιωργάκης"],
        ["Παράδειγμα Α.Ε.", "Πωλήσεις", "Διευθυντής"],
        ["Ερμού 1", "Αθήνα", "Σημείωση", "Φίλοι"],
    ),
    person(
        ["الأحمد", "محمد", "علي", "د.", "", "أبو علي"],
        ["شركة المثال", "المبيعات", "مدير"],
        ["شارع الملك فهد ١", "الرياض", "ملاحظة، مع فاصلة", "أصدقاء"],
    ),
    person(
        ["כהן", "דוד", "", "ד\"ר", "", "דודי"],
        ["דוגמה בע\"מ", "פיתוח", "מהנדס"],
        ["רחוב הרצל 1", "תל אביב", "הערה", "חברים"],
    ),
    person(
        ["王", "小明", "", "", "", "小王"],
        ["示例有限公司", "研发部", "工程师"],
        [
            "中关村大街1号",
            "北京",
            "备注，很长的一段备注文字用来检验折行是否会切断一个汉字的字节序列",
            "同事",
        ],
    ),
    person(
        ["陳", "美玲", "", "", "", ""],
        ["範例股份有限公司", "", "經理"],
        ["信義路五段7號", "臺北", "", "家人"],
    ),
    Person {
        yomi: ("タナカ", "ハナコ"),
        ..person(
            ["田中", "花子", "", "", "様", "はなちゃん"],
            ["株式会社サンプル", "営業部", "部長"],
            ["千代田区丸の内1-1", "東京", "メモ\n二行目", "友達"],
        )
    },
    person(
        ["김", "민준", "", "", "", "민이"],
        ["주식회사 예시", "개발팀", "과장"],
        ["세종대로 110", "서울", "메모", "친구"],
    ),
    person(
        ["ใจดี", "สมชาย", "", "คุณ", "", ""],
        ["บริษัท ตัวอย่าง", "", ""],
        ["ถนนสุขุมวิท", "กรุงเทพฯ", "บันทึก", "เพื่อน"],
    ),
    person(
        ["शर्मा", "राज", "कुमार", "श्री", "", ""],
        ["उदाहरण लिमिटेड", "", "प्रबंधक"],
        ["एम जी रोड", "दिल्ली", "टिप्पणी", "मित्र"],
    ),
    person(
        ["🦊", "Fox 👩‍👩‍👧‍👦", "", "", "", "🎉🎉"],
        ["🍕 & Co", "", "👩‍💻"],
        ["🏠 1", "🌍", "note 🇩🇪 with flags 🏳️‍🌈", "🐾"],
    ),
    person(["", "Cher", "", "", "", ""], ["", "", ""], ["", "", "", ""]),
    person(
        ["", "", "", "", "", ""],
        ["Backslash \\ & \"Quote\" Ltd", "a:b", ""],
        ["C:\\new\\path", "", "tab\there", "a/b"],
    ),
];
