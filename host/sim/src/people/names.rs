//! Name pools by culture, and their spelling in ASCII for user names.
//!
//! A pool entry is the Latin spelling, optionally followed by `|` and the native one, which
//! some people have in their display name. Common names only: no pool entry points at anybody.

/// Where a person's name comes from.
pub(super) struct Culture {
    pub(super) given: &'static [&'static str],
    pub(super) surnames: &'static [&'static str],
    /// `ä ö ü` become `ae oe ue` in user names.
    pub(super) umlauts_spelled: bool,
}

pub(super) const GERMAN: u8 = 0;
pub(super) const TURKISH: u8 = 1;
pub(super) const POLISH: u8 = 2;
pub(super) const FRENCH: u8 = 3;
pub(super) const INDIAN: u8 = 4;
pub(super) const CHINESE: u8 = 5;
pub(super) const SPANISH: u8 = 6;
pub(super) const ITALIAN: u8 = 7;
pub(super) const ENGLISH: u8 = 8;
pub(super) const CZECH: u8 = 9;
pub(super) const GREEK: u8 = 10;
pub(super) const SWEDISH: u8 = 11;
pub(super) const BRAZILIAN: u8 = 12;
pub(super) const JAPANESE: u8 = 13;

/// The cultures, in the order of the constants above.
#[rustfmt::skip]
pub(super) static CULTURES: &[Culture] = &[
    Culture {
        given: &[
            "Anna", "Jürgen", "Käthe", "Björn", "Sören", "Heike", "Jörg", "Günther", "Lena",
            "Lukas", "Maximilian", "Sophie", "Friederike", "Uwe", "Rüdiger", "Bärbel", "Felix",
            "Johanna", "Matthias", "Svenja", "Tobias", "Ursula", "Wolfgang", "Zoë", "Hans-Peter",
            "Anke", "Dörte", "Florian", "Gesine", "Ingo", "Katharina", "Lars", "Marlene",
            "Niklas", "Oskar", "Petra", "Ralf", "Sabine", "Theresa", "Volker",
        ],
        surnames: &[
            "Müller", "Schmidt", "Schröder", "Weiß", "Groß", "Jäger", "König", "Krüger", "Böhm",
            "Fuchs", "Vogt", "Köhler", "Schäfer", "Günther", "Lüdtke", "Hübner", "Pfeiffer",
            "Bärwald", "Öztaş-Klein", "von der Heyden", "Zöllner", "Möllenkamp", "Kessler",
            "Brandt", "Seidel", "Straßner", "Lindemann", "Ahrens", "Döring", "Ebert", "Fischer",
            "Gärtner", "Hoffmann", "Ißbrücker", "Jansen", "Kühn", "Lorenz", "Maaß", "Neumann",
            "Oßwald", "Preuß", "Quandt", "Römer", "Steinhäuser", "Thieme", "Uhlig", "Vößing",
            "Wächter", "Zimmermann", "Büttner",
        ],
        umlauts_spelled: true,
    },
    Culture {
        given: &[
            "Ayşe", "Mehmet", "Çağlar", "Gökhan", "İpek", "Şule", "Ömer", "Ümit", "Zeynep",
            "Işıl", "Emre", "Elif", "Hüseyin", "Nurgül", "Oğuz", "Pınar", "Serkan", "Tuğçe",
            "Yiğit", "Buğra", "Deniz", "Fatma", "Kerem", "Merve",
        ],
        surnames: &[
            "Yılmaz", "Kaya", "Demir", "Şahin", "Çelik", "Yıldız", "Öztürk", "Aydın", "Özdemir",
            "Arslan", "Doğan", "Kılıç", "Aslan", "Çetin", "Koç", "Kurt", "Özkan", "Şimşek",
            "Güneş", "Işık", "Bulut", "Erdoğmuş", "Tekin", "Uçar",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Agnieszka", "Paweł", "Małgorzata", "Łukasz", "Grażyna", "Michał", "Żaneta",
            "Krzysztof", "Katarzyna", "Stanisław", "Jędrzej", "Bożena", "Rafał", "Elżbieta",
            "Wojciech", "Zofia", "Świętosława", "Tomasz", "Ewa", "Bartłomiej",
        ],
        surnames: &[
            "Kowalski", "Nowak", "Wiśniewska", "Wójcik", "Kamiński", "Lewandowska", "Zieliński",
            "Szymański", "Woźniak", "Dąbrowski", "Kozłowski", "Jabłońska", "Brzęczyszczykiewicz",
            "Górski", "Pawłowska", "Michalska", "Król", "Wróbel", "Żuraw", "Stępień", "Łuczak",
            "Ćwik",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Aurélie", "François", "Hélène", "Jérôme", "Zoé", "Léa", "Benoît", "Cédric", "Chloé",
            "Gaëlle", "Jean-Luc", "Marie-Claire", "Noël", "Océane", "René", "Sébastien",
            "Thérèse", "Yves", "Inès", "Loïc",
        ],
        surnames: &[
            "Lefèvre", "Bélanger", "Dupré", "Gauthier", "Lemaître", "Hébert", "Rousseau",
            "D'Aubigny", "Moreau", "Fournier", "Girard", "Bonnet", "Mercier", "Boyer",
            "Chevalier", "Garnier", "Faure", "Legrand", "Guérin", "Besançon", "de La Tour",
            "Œuvrard",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Aarav", "Priya", "Ananya", "Rahul", "Deepika", "Vikram", "Lakshmi", "Sanjay",
            "Kavita", "Arjun", "Meera", "Rohan", "Sunita", "Aditya", "Neha", "Suresh", "Divya",
            "Karthik", "Pooja", "Ishaan",
        ],
        surnames: &[
            "Sharma", "Iyer", "Patel", "Reddy", "Gupta", "Nair", "Venkataraman", "Singh", "Mehta",
            "Chatterjee", "Desai", "Kulkarni", "Banerjee", "Rao", "Joshi", "Krishnamurthy",
            "Bose", "Pillai", "Malhotra", "Verma",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Wei|伟", "Fang|芳", "Lei|磊", "Xiaoming|晓明", "Yan|燕", "Jun|军", "Na|娜", "Qiang|强",
            "Min|敏", "Jing|静", "Haoran|浩然", "Yuxuan|宇轩", "Meiling|美玲", "Zhiqiang|志强", "Lü|吕",
            "Xin|鑫",
        ],
        surnames: &[
            "Wang|王", "Li|李", "Zhang|张", "Liu|刘", "Chen|陈", "Yang|杨", "Huang|黄", "Zhao|赵", "Wu|吴",
            "Zhou|周", "Xu|徐", "Sun|孙", "Ma|马", "Zhu|朱", "Hu|胡", "Guo|郭", "He|何", "Lin|林",
            "Ouyang|欧阳", "Lü|吕",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "José", "María", "Íñigo", "Begoña", "Andrés", "Lucía", "Óscar", "Nuria", "Raúl",
            "Inés", "Joaquín", "Belén", "Álvaro", "Mónica", "Martín", "Pilar", "Ángel",
            "Concepción",
        ],
        surnames: &[
            "García", "Núñez", "Fernández", "López", "Martínez", "Sánchez", "Pérez", "Gómez",
            "Ibáñez", "Muñoz", "Álvarez", "Domínguez", "Vázquez", "Ramos", "Peña", "Cortés",
            "Güell", "Castaño", "de la Fuente",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Giulia", "Niccolò", "Chiara", "Matteo", "Alessandra", "Giosuè", "Francesca",
            "Lorenzo", "Beatrice", "Salvatore", "Elena", "Davide", "Federica", "Giovanni",
        ],
        surnames: &[
            "Rossi", "Bianchi", "D'Angelo", "De Luca", "Esposito", "Ricci", "Marino", "Greco",
            "Conti", "Dell'Acqua", "Gallo", "Lo Presti", "Mancini", "Fabbri", "Cantù",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Emily", "James", "Siobhán", "Oliver", "Charlotte", "Liam", "Niamh", "Harry", "Grace",
            "Ethan", "Abigail", "Noah", "Ciarán", "Zara", "Mary Jane", "Owen", "Ruby", "Dylan",
            "Seán", "Chloe",
        ],
        surnames: &[
            "Smith", "O'Brien", "Jones", "Taylor", "Brown", "MacDonald", "Wilson", "Evans",
            "Ó Súilleabháin", "Roberts", "Walker", "Wright", "Thompson", "Hughes", "Green",
            "Clarke", "Baker-Finch", "Null", "Carter", "Wood", "Fitzgerald", "St. John",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Jiří", "Kateřina", "Tomáš", "Lucie", "Ondřej", "Zdeňka", "Václav", "Šárka", "Lukáš",
            "Růžena", "Matěj", "Žofie",
        ],
        surnames: &[
            "Novák", "Svobodová", "Dvořák", "Černý", "Procházka", "Kučerová", "Němec", "Růžička",
            "Štěpánek", "Kříž", "Beneš", "Čapek",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Giorgos|Γιώργος", "Eleni|Ελένη", "Nikos|Νίκος", "Katerina|Κατερίνα",
            "Dimitris|Δημήτρης", "Sofia|Σοφία", "Yannis|Γιάννης", "Chrysoula|Χρυσούλα",
        ],
        surnames: &[
            "Papadopoulos|Παπαδόπουλος", "Georgiou|Γεωργίου", "Ioannidis|Ιωαννίδης",
            "Nikolaidis|Νικολαΐδης", "Karagiannis|Καραγιάννης", "Vlachos|Βλάχος",
            "Oikonomou|Οικονόμου",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Åsa", "Björn", "Göran", "Märta", "Östen", "Ingrid", "Håkan", "Lovisa", "Sören",
            "Elin", "Jørgen", "Anneli",
        ],
        surnames: &[
            "Åkesson", "Lindström", "Sjögren", "Öberg", "Bergström", "Nyström", "Hägg",
            "Söderberg", "Ekström", "Høgh", "Dahl", "Wallén",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "João", "Conceição", "Luís", "Fátima", "Antônio", "Márcia", "Thaís", "Vinícius",
            "Júlia", "André", "Letícia", "Gonçalo",
        ],
        surnames: &[
            "Silva", "Gonçalves", "Araújo", "Conceição", "Magalhães", "Simões", "Brandão",
            "Assunção", "dos Santos", "Falcão", "Guimarães", "Leão",
        ],
        umlauts_spelled: false,
    },
    Culture {
        given: &[
            "Haruto|陽翔", "Yui|結衣", "Sota|蒼太", "Sakura|さくら", "Kenji|健二", "Aoi|葵", "Yōko|洋子",
            "Shōta|翔太",
        ],
        surnames: &[
            "Satō|佐藤", "Suzuki|鈴木", "Takahashi|高橋", "Tanaka|田中", "Itō|伊藤", "Watanabe|渡辺",
            "Kobayashi|小林", "Ōno|大野",
        ],
        umlauts_spelled: false,
    },
];

/// The Latin spelling of a pool entry.
pub(super) fn latin(entry: &'static str) -> &'static str {
    entry.split_once('|').map_or(entry, |(latin, _)| latin)
}

/// The native spelling, where the entry has one.
pub(super) fn native(entry: &'static str) -> Option<&'static str> {
    entry.split_once('|').map(|(_, native)| native)
}

/// Appends the user-name spelling: lower case, letters and hyphens only.
pub(super) fn push_ascii(name: &str, umlauts_spelled: bool, out: &mut String) {
    for letter in name.chars() {
        match letter {
            'a'..='z' | '-' => out.push(letter),
            'A'..='Z' => out.push(letter.to_ascii_lowercase()),
            'ä' | 'Ä' if umlauts_spelled => out.push_str("ae"),
            'ö' | 'Ö' if umlauts_spelled => out.push_str("oe"),
            'ü' | 'Ü' if umlauts_spelled => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'œ' | 'Œ' => out.push_str("oe"),
            other => out.extend(base_letter(other)),
        }
    }
}

/// The letter below an accent; nothing for spaces, apostrophes and dots.
fn base_letter(letter: char) -> Option<char> {
    let base = match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'Å' | 'Á' | 'Ä' => 'a',
        'ç' | 'ć' | 'č' | 'Ç' | 'Ć' | 'Č' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ı' | 'İ' | 'Í' => 'i',
        'ł' | 'Ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'Ö' | 'Ó' | 'Ō' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'Ś' | 'Š' | 'Ş' => 's',
        'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'Ü' => 'u',
        'ý' => 'y',
        'ź' | 'ż' | 'ž' | 'Ż' | 'Ž' => 'z',
        _ => return None,
    };
    Some(base)
}
