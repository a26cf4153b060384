//! What a page of history costs whose messages have reactions, answer others and mention somebody, beside one of plain messages.

use std::path::Path;

use chat_domain::view::Page;
use chat_domain::{Journal, RoomId, UserId};

use super::fill::{MEMBERS, write};
use crate::common::{open, somebody};

/// Pages of 50 from a million messages of either sort, in turns.
pub(crate) async fn history(file: &Path) {
    let url = format!("sqlite:{}", file.display());
    let store = open(&url).await;
    for n in 0..21 {
        somebody(&store, &format!("user{n}")).await;
    }
    store.close().await;
    println!("  filling 2,000,000 messages …");
    write(file, [ROOMS, MESSAGES, MEMBERS]);
    let store = open(&url).await;
    let room = |number| RoomId::new(number).unwrap();
    let (me, mut both) = (UserId::new(1).unwrap(), [Vec::new(), Vec::new()]);
    for _ in 0..TURNS {
        for (of, times) in [(room(PLAIN), 0), (room(RICH), 1)] {
            let cpu = super::cpu();
            for _ in 0..PAGES {
                let page = store.history(me, of, Page::Newest, 50).await.unwrap();
                assert_eq!(page.messages.len(), 50);
                let mentions = page
                    .messages
                    .iter()
                    .map(|shown| shown.message.mentions.as_ref().map_or(0, |of| of.people.len()))
                    .sum::<usize>();
                assert_eq!((mentions, page.messages[0].mine.len()), if times == 1 { (100, 1) } else { (0, 0) });
            }
            both[times].push((super::cpu() - cpu) * 1e6 / f64::from(PAGES));
        }
    }
    let [plain, rich] = both.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    let times = rich / plain;
    let verdict = if times <= 1.3 { "reached" } else { "MISSED" };
    println!(
        "  page of 50: CPU {plain:6.0} µs plain, {rich:6.0} µs with reactions, replies and mentions: {times:.2} ×, at most 1.30: {verdict}"
    );
    store.close().await;
}

/// The rooms with a million messages.
const PLAIN: i64 = 1;
const RICH: i64 = 2;
const TURNS: usize = 21;
const PAGES: u32 = 200;

const ROOMS: &str = "
    INSERT INTO rooms (id, kind, title, owner, created_at, seq, moves, members_seq, members, last_at, last_message, sent, closed)
    SELECT room, 'group', 'room', 2, 1, 1000001, 0, 1, 2, room, NULL, 1000000, 0 FROM (SELECT 1 AS room UNION ALL SELECT 2);";

/// Every message of the second room answers the one before, mentions two, and has two reactions, one of them the reader's; of each
/// reaction that is shown there is a row, for the newest of these messages.
const MESSAGES: &str = "
    WITH RECURSIVE n (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < 1000000)
    INSERT INTO messages (room, id, seq, number, sender, own_number, kind, content, metadata, created_at, reactions, reply_to,
        thread, mentions)
    SELECT r.id, number * 2 + r.id, number + 1, number, 2, number, 'text',
        'a message as long as most of them are, give or take', '{}', number,
        CASE r.id WHEN 2 THEN char(128077) || ' 2 ' || char(127881) || ' 1' ELSE '' END,
        CASE r.id WHEN 2 THEN CASE WHEN number > 1 THEN number * 2 END END,
        CASE r.id WHEN 2 THEN CASE WHEN number > 1 THEN 4 END END,
        CASE r.id WHEN 2 THEN '3 4' END
    FROM rooms r CROSS JOIN n;
    UPDATE rooms SET last_message = (SELECT MAX(m.id) FROM messages m WHERE m.room = rooms.id);
    INSERT INTO reactions (room, message, person, emoji, stands, at, seq)
    SELECT 2, m.id, p.person, p.emoji, TRUE, 1, m.seq FROM messages m
    CROSS JOIN (SELECT 1 AS person, char(128077) AS emoji UNION ALL SELECT 3, char(128077) UNION ALL SELECT 4, char(127881)) p
    WHERE m.room = 2 AND m.number > 990000;";
