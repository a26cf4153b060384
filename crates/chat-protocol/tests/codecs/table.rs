//! Which entrance tells which news, under which name: a row for everything that can be told, a column for every
//! entrance. New news, changes and entrances do not compile here until they have a row or column.

use std::sync::Arc;

use chat_domain::*;
use chat_protocol::*;

use crate::everything::everything;
use crate::toy::*;

/// What a user is told who did not do it (for a chat line and a notification, the user whose it is), at the entrances
/// SSE, bare, multiplexed, room, roulette, personal and Socket.IO. `-` is nothing.
const TABLE: &str = "
created            -               -         -               -                -                     -                 -
added              member_added    -         member_added    member_added     member_added          -                 chat:member:added
removed            member_removed  -         member_removed  member_removed   member_removed        -                 chat:member:removed
closed             -               -         -               -                -                     -                 -
sent               message         (message) new_message     chat_message     new_message           -                 chat:message:new
edited             message_updated -         message_updated message_edited   message_edited        -                 chat:message:edited
deleted            message_deleted -         message_deleted message_deleted  message_deleted       -                 chat:message:deleted
liked              message_liked   -         message_liked   message_liked    message_liked         -                 chat:message:liked
unliked            message_unliked -         message_unliked message_unliked  message_unliked       -                 chat:message:unliked
reacted            -               -         -               -                -                     -                 -
unreacted          -               -         -               -                -                     -                 -
pinned             -               -         -               -                -                     -                 -
unpinned           -               -         -               -                -                     -                 -
updated            -               -         -               -                -                     -                 -
changed            -               -         -               -                -                     -                 -
silenced           -               -         -               -                -                     -                 -
read               messages_read   -         messages_read   messages_read    message_status_update -                 chat:message:read
delivered          -               -         -               -                message_status_update -                 chat:message:delivered
typing             typing          -         typing          typing_indicator typing                -                 chat:typing
online             -               -         user_status     user_status      user_status           -                 user:online
offline            -               -         user_offline    user_status      user_status           -                 user:offline
summary            -               -         chat_updated    -                -                     chat_updated      chat:updated
notification       -               -         -               -                -                     -                 notification:new
post_liked         -               -         -               -                -                     -                 post:liked
post_commented     -               -         -               -                -                     -                 post:commented
match              -               -         -               -                chatroulette_match    chatroulette_match -
left               -               -         -               -                chatroulette_left     chatroulette_left -
";

fn column(entrance: Entrance) -> usize {
    match entrance {
        Entrance::Sse => 0,
        Entrance::Bare => 1,
        Entrance::Multiplexed => 2,
        Entrance::Room(Lang::Russian | Lang::English) => 3,
        Entrance::Roulette => 4,
        Entrance::Personal => 5,
        Entrance::SocketIo => 6,
    }
}

fn row(news: &News) -> &'static str {
    match news {
        News::Event(event) => match &event.change {
            Change::Created { .. } => "created",
            Change::Added { .. } => "added",
            Change::Removed { .. } => "removed",
            Change::Closed => "closed",
            Change::Sent { .. } => "sent",
            Change::Edited { .. } => "edited",
            Change::Deleted { .. } => "deleted",
            Change::Liked { .. } => "liked",
            Change::Unliked { .. } => "unliked",
            Change::Extra(Extra::Reacted { .. }) => "reacted",
            Change::Extra(Extra::Unreacted { .. }) => "unreacted",
            Change::Extra(Extra::Pinned { .. }) => "pinned",
            Change::Extra(Extra::Unpinned { .. }) => "unpinned",
            Change::Extra(Extra::Updated { .. }) => "updated",
            Change::Extra(Extra::Changed { .. }) => "changed",
            Change::Extra(Extra::Silenced { .. }) => "silenced",
            Change::Read(_) => "read",
            Change::Delivered(_) => "delivered",
        },
        News::Typing(_) => "typing",
        News::Presence(presence) if presence.online => "online",
        News::Presence(_) => "offline",
        News::Summary { .. } => "summary",
        News::Notification(_) => "notification",
        News::PostLiked(_) => "post_liked",
        News::PostCommented(_) => "post_commented",
        News::Match { .. } => "match",
        News::Left { .. } => "left",
    }
}

/// What clients that ask for all additions are told besides. Everything else in the table above stays as it is.
const ASKED: &str = "
reacted            message_reacted   - message_reacted   message_reacted   message_reacted   - chat:message:reacted
unreacted          message_unreacted - message_unreacted message_unreacted message_unreacted - chat:message:unreacted
pinned             message_pinned    - message_pinned    message_pinned    message_pinned    - chat:message:pinned
unpinned           message_unpinned  - message_unpinned  message_unpinned  message_unpinned  - chat:message:unpinned
updated            member_updated    - member_updated    member_updated    member_updated    - chat:member:updated
changed            chat_changed      - chat_changed      chat_changed      chat_changed      - chat:changed
";

fn words() -> Vec<(&'static str, Vec<&'static str>)> {
    let cells = |line: &'static str| line.split_whitespace();
    TABLE.trim().lines().map(|line| (cells(line).next().unwrap(), cells(line).skip(1).collect())).collect()
}

#[test]
fn every_entrance_tells_everything_in_its_own_words() {
    let (words, everything) = (words(), everything());
    let rows: Vec<_> = everything.iter().map(row).collect();
    assert_eq!(rows, words.iter().map(|(row, _)| *row).collect::<Vec<_>>(), "one row of each");
    for (news, (row, words)) in everything.iter().zip(words) {
        for entrance in ENTRANCES {
            let kinds: Vec<_> = heard(entrance, news, 1).iter().map(|frame| kind(entrance, frame)).collect();
            match words[column(entrance)] {
                "-" => assert_eq!(kinds, [""; 0], "{row} on {entrance:?}"),
                word if kinds.len() == 2 => assert_eq!(kinds, [word, word], "{row} on {entrance:?}"),
                word => assert_eq!(kinds, [word], "{row} on {entrance:?}"),
            }
        }
    }
}

#[test]
fn who_asks_for_additions_hears_them_and_everything_else_in_the_same_words() {
    let asked: Vec<Vec<_>> = ASKED.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    for news in everything() {
        let row = row(&news);
        for entrance in ENTRANCES {
            let plain = Shape { entrance, cursor: true, features: Features::NONE };
            let shape = Shape { features: Features::ALL, ..plain };
            let kinds = |shape: Shape| match audience(shape, &news, user(1)) {
                Some(audience) => frames(shape, audience, &news).iter().map(|frame| kind(entrance, frame)).collect(),
                None => Vec::new(),
            };
            match asked.iter().find(|words| words[0] == row).map(|words| words[1 + column(entrance)]) {
                Some("-") => assert_eq!(kinds(shape), [""; 0], "{row} on {entrance:?}"),
                Some(word) => assert_eq!(kinds(shape), [word], "{row} on {entrance:?}"),
                None => assert_eq!(kinds(shape), kinds(plain), "{row} on {entrance:?}"),
            }
            // A client for which its additions make no difference here shares the frame of clients that ask for
            // nothing.
            if Features::ALL.shown_by(&news) == Features::NONE
                && let Some(audience) = audience(plain, &news, user(1))
            {
                assert_eq!(frames(shape, audience, &news), frames(plain, audience, &news));
            }
        }
    }
}

/// Returns the table in the docs of `Features`, made anew: every event that clients with additions are told otherwise,
/// or that only they are told.
#[test]
fn the_docs_say_of_each_addition_how_each_entrance_tells_it() {
    const ORDER: [Entrance; 7] = [
        Entrance::Sse,
        Entrance::Bare,
        Entrance::Multiplexed,
        Entrance::Room(Lang::Russian),
        Entrance::Roulette,
        Entrance::Personal,
        Entrance::SocketIo,
    ];
    let told = |news: &News, entrance, features| {
        let shape = Shape { entrance, cursor: false, features };
        let audience = audience(shape, news, user(1))?;
        frames(shape, audience, news).first().map(|frame| kind(entrance, frame))
    };
    let how = |news: &News, entrance| match (told(news, entrance, Features::NONE), told(news, entrance, Features::ALL))
    {
        (None, None) => "silent",
        (None, Some(_)) => "native",
        (Some(_), _) => "fallback",
    };
    let differs = |news: &News, entrance| told(news, entrance, Features::NONE) != told(news, entrance, Features::ALL);
    let mut made = Vec::new();
    for news in everything().iter().filter(|news| ORDER.iter().any(|entrance| differs(news, *entrance))) {
        let ways: Vec<_> = ORDER.iter().map(|entrance| how(news, *entrance)).collect();
        made.push(format!("//! | {} | {} |", row(news), ways.join(" | ")));
    }
    let docs = include_str!("../../src/features.rs").lines().skip_while(|line| !line.starts_with("//! |---"));
    let docs: Vec<_> = docs.skip(1).take_while(|line| line.starts_with("//! |")).collect();
    assert_eq!(docs, made);
}

fn frames(shape: Shape, audience: Audience, news: &News) -> Vec<String> {
    told(|out| encode(shape, audience, news, EPOCH, out))
}

#[test]
fn who_is_not_told_has_no_frame_and_who_is_has_one() {
    for news in everything() {
        for entrance in ENTRANCES {
            let shape = Shape { entrance, cursor: false, features: Features::NONE };
            for viewer in [1, 2, 3] {
                let frames = heard(entrance, &news, viewer);
                let told = audience(shape, &news, user(viewer)).is_some();
                assert_eq!(told, !frames.is_empty(), "{} for {viewer} on {entrance:?}", row(&news));
            }
        }
    }
}

#[test]
fn an_event_is_the_same_for_all_whom_it_does_not_concern() {
    for news in everything() {
        let News::Event(event) = &news else { continue };
        for entrance in ENTRANCES {
            let shape = Shape { entrance, cursor: false, features: Features::NONE };
            let others = (1..=9).map(user).filter(|viewer| !event.concerns(*viewer));
            let told: Vec<_> = others.map(|viewer| audience(shape, &news, viewer)).collect();
            assert!(
                told.len() >= 6 && told.iter().all(|one| *one == told[0]),
                "{} on {entrance:?}: {told:?}",
                row(&news)
            );
        }
    }
}

#[test]
fn nobody_is_told_of_their_own_typing_or_presence_and_nobody_of_anothers_list() {
    for entrance in ENTRANCES {
        for news in [typing(true), typing(false), presence(true, Mood::Busy), presence(false, Mood::Online)] {
            assert_eq!(heard(entrance, &news, 2), [""; 0], "{entrance:?}");
        }
        for news in [summary(None), News::Notification(Arc::new(notification("", "{}")))] {
            assert_eq!(heard(entrance, &news, 2), [""; 0], "{entrance:?}");
        }
    }
}

#[test]
fn a_cursor_is_on_every_frame_of_an_event_for_who_asked_and_on_no_other() {
    for news in everything() {
        for entrance in ENTRANCES {
            let Some(audience) = audience(Shape { entrance, cursor: true, features: Features::NONE }, &news, user(1))
            else {
                continue;
            };
            let is_event = matches!(news, News::Event(_));
            for frame in encoded(entrance, true, audience, &news) {
                let at = if entrance == Entrance::Sse { frame.starts_with("id: ") } else { frame.contains("cursor") };
                assert_eq!(at, is_event, "{frame}");
                let object = object(entrance, &frame);
                assert_eq!(object.get("cursor").is_some(), is_event && entrance != Entrance::Sse, "{frame}");
            }
            for frame in encoded(entrance, false, audience, &news) {
                assert!(!frame.contains("cursor"), "{frame}");
            }
        }
    }
}

#[test]
fn only_the_last_frame_of_a_move_stands_after_it() {
    let news = news(anna(), Change::Read(reached(&[1, 1, 1], &[2])));
    let cursors = |entrance, audience| -> Vec<Cursor> {
        let frames = encoded(entrance, true, audience, &news);
        frames.iter().map(|frame| object(entrance, frame)["cursor"].as_str().unwrap().parse().unwrap()).collect()
    };
    let at = |moves| Cursor { epoch: EPOCH, room: room(123), head: Head { seq: 5, moves } };
    assert_eq!(cursors(Entrance::Roulette, Audience::Everyone), [at(2), at(2), at(3)]);
    assert_eq!(cursors(Entrance::SocketIo, Audience::Only(user(1))), [at(2), at(2), at(3)]);
    assert_eq!(cursors(Entrance::Multiplexed, Audience::Everyone), [at(3)]);
}
