//! The people of the demo and what they say. Texts have no quotes or backslashes, so that they can be put into JSON as they are.

/// The index of the speaker, and the text.
pub(super) type Utterance = (usize, &'static str);

/// A group.
pub(super) struct Group {
    pub(super) title: &'static str,
    /// The members; the first one owns it.
    pub(super) cast: &'static [usize],
    /// What was said before the start.
    pub(super) before: &'static [Utterance],
    /// What is said while somebody is watching, over and over.
    pub(super) lines: &'static [Utterance],
}

/// A direct chat with the guest.
pub(super) struct Talk {
    pub(super) with: usize,
    pub(super) before: &'static [Utterance],
}

/// Usernames and names.
pub(super) const PEOPLE: &[(&str, &str)] = &[
    ("anna", "Anna Petrova"),
    ("boris", "Boris Ahlberg"),
    ("vera", "Vera Lindqvist"),
    ("grisha", "Гриша Орлов"),
    ("dasha", "Даша Ким"),
];

/// Who answers the guest in groups.
pub(super) const HOST: usize = 0;

pub(super) const GROUPS: &[Group] = &[
    Group {
        title: "Release team",
        cast: &[0, 1, 2],
        before: &[
            (0, "Morning! The release candidate is on staging."),
            (1, "Great. I will run the long tests before lunch."),
            (2, "Design is signed off, the new icons are in."),
            (0, "🎉"),
            (1, "If the tests stay green we ship today."),
        ],
        lines: &[
            (1, "Half of the tests are through, all green so far."),
            (2, "Did anybody look at it on a phone yet?"),
            (0, "I did, on the train this morning. Even the tunnel was no problem: what I wrote went out afterwards."),
            (2, "Once?"),
            (0, "Once 😄"),
            (1, "That is what client_id is for."),
            (2, "And the old Laravel poller saw it, too?"),
            (1, "The poller, the Socket.IO app and the terminal in my other window. Have a look at /dialects."),
            (0, "I could watch that page all day."),
            (2, "Coffee in ten minutes?"),
            (1, "Count me in ☕"),
            (0, "Me too. Whoever is reading this: say something, we answer!"),
        ],
    },
    Group {
        title: "Поездка на выходные",
        cast: &[4, 2, 3],
        before: &[(4, "Кто едет в субботу?"), (3, "Я! Беру палатку и примус."), (2, "А я карту и хорошее настроение")],
        lines: &[
            (4, "Прогноз обещает солнце ☀️"),
            (3, "Тогда возьму ещё гитару."),
            (2, "Только не ту, что без струны 🙂"),
            (4, "Электричка в 8:40, встречаемся у последнего вагона."),
            (3, "Успею, если не просплю."),
            (4, "Просыпай, мы напишем — сообщения никуда не денутся."),
        ],
    },
];

pub(super) const TALKS: &[Talk] = &[
    Talk {
        with: 0,
        before: &[
            (0, "Hi, and welcome! Everything here lives in memory: it is gone when the server stops."),
            (0, "Write something back. You will see me type, read and answer."),
        ],
    },
    Talk { with: 3, before: &[(3, "Привет! Здесь можно писать и по-русски.")] },
];

pub(super) const ANSWERS: &[&str] = &[
    "Nice to meet you! Try the menu of a message: like it, edit it, delete it.",
    "Open this page in a second window and watch both.",
    "Stop the server with Ctrl C while you write, and look at what happens to your message.",
    "Have you seen /dialects? One room, five clients that know nothing of each other.",
    "👍",
    "I agree. Well, I am a script, I always do.",
];

pub(super) const ANSWERS_RU: &[&str] = &[
    "Рад знакомству! У каждого сообщения есть меню: отметить, изменить, удалить.",
    "Откройте эту страницу во втором окне и смотрите на оба.",
    "А загляните на /dialects: одна комната, пять разных клиентов.",
    "👍",
    "Согласен. Правда, я сценарий и всегда согласен.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_stand_between_quotes() {
        let groups = GROUPS.iter().flat_map(|group| group.before.iter().chain(group.lines));
        let talks = TALKS.iter().flat_map(|talk| talk.before);
        let said = groups.chain(talks).map(|(_, content)| content);
        for line in said.chain(ANSWERS).chain(ANSWERS_RU) {
            assert!(!line.contains(['"', '\\']) && !line.chars().any(char::is_control), "{line}");
        }
    }

    #[test]
    fn only_members_speak() {
        for group in GROUPS {
            let speakers = group.before.iter().chain(group.lines).map(|(who, _)| who);
            assert!(speakers.into_iter().all(|who| group.cast.contains(who)), "{}", group.title);
        }
        assert!(TALKS.iter().all(|talk| talk.before.iter().all(|(who, _)| *who == talk.with)));
    }
}
