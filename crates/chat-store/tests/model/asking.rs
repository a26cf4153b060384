//! Questions to the store and to the model.

use super::*;

impl Story {
    /// Asks something about what is so now, and compares the answers.
    pub(super) async fn ask(&mut self) {
        let reader = self.someone();
        let (room, message) = self.place(reader);
        let other = self.someone();
        let limit = 1 + self.dice.roll(8);
        let after = if self.dice.one_in(2) { Some(other) } else { None };
        let (store, model) = (&self.store, &self.model);
        let about = format!("seed {} reader {reader} room {room} message {message} limit {limit}", self.seed);
        match self.dice.roll(16) {
            14 | 15 => self.ask_who_leads(reader, (room, message, other), after, limit).await,
            0 => {
                for page in
                    [Page::Newest, Page::Pinned, Page::Before(message), Page::After(Some(message)), Page::After(None)]
                {
                    let expected = model.history(reader, room, page, limit);
                    same(store.history(reader, room, page, limit).await, expected, &format!("{about} {page:?}"));
                    let expected = model.thread(reader, room, message, page, limit);
                    same(
                        store.thread(reader, room, message, page, limit).await,
                        expected,
                        &format!("{about} {page:?}"),
                    );
                }
            }
            13 => same(patiently(|| self.store.hide(reader, room)).await, self.model.hide(reader, room), &about),
            1 => same(store.message(reader, room, message).await, model.message(reader, room, message), &about),
            2 => same(store.joining(reader, room).await, model.joining(reader, room), &about),
            3 => same(store.heads(self.rooms.clone()).await, Ok(model.heads(self.rooms.clone())), &about),
            4 => {
                let before = if after.is_some() { Some(room) } else { None };
                same(store.chats(reader, before, limit).await, model.chats(reader, before, limit), &about);
            }
            5 => same(store.chat(reader, room).await, model.chat(reader, room), &about),
            6 => {
                let expected = model.members(reader, room, after, limit);
                same(store.members(reader, room, after, limit).await, expected, &about);
            }
            7 => {
                let expected = model.readers_page(reader, room, message, after, limit);
                same(store.readers(reader, room, message, after, limit).await, expected, &about);
            }
            8 => {
                let expected = model.likers_page(reader, room, message, after, limit);
                same(store.likers(reader, room, message, after, limit).await, expected, &about);
                let page = ReactorsPage { emoji: Emoji::new(["👍", ""][limit % 2]), after: limit as u64, limit };
                let expected = model.reactors_page(reader, room, message, page.clone());
                same(store.reactors(reader, room, message, page).await, expected, &about);
            }
            9 => operators::see_the_same(store, model, (other, room, message), limit).await,
            10 => {
                let of: Vec<_> = self.rooms.iter().flat_map(|&room| [(reader, room), (other, room)]).collect();
                same(store.summaries(of.clone()).await, Ok(model.summaries(of)), &about);
            }
            11 => {
                let at = Time::from_secs(self.now + limit as i64);
                same(store.roulette(reader).await, Ok(model.roulette(reader)), &about);
                same(store.searching(reader).await, Ok(model.searching(reader)), &about);
                same(store.expired_leases(at).await, Ok(model.expired_leases(at)), &about);
                self.model.renew_leases([other], at);
                patiently(|| self.store.renew_leases(vec![other], at)).await.unwrap();
            }
            _ => self.resume(reader, room, message, limit).await,
        }
    }
    /// At the end, everybody's rooms are as in the model, even if some questions were not answered before.
    pub(super) async fn ends(&mut self) {
        for reader in self.people.iter().map(|person| person.id()) {
            let chats = patiently(|| self.store.chats(reader, None, 100));
            same(chats.await, self.model.chats(reader, None, 100), &format!("seed {} reader {reader}", self.seed));
            for room in self.rooms.iter().copied() {
                let found = patiently(|| self.store.history(reader, room, Page::Newest, 100)).await;
                let about = format!("seed {} reader {reader} room {room}", self.seed);
                same(found, self.model.history(reader, room, Page::Newest, 100), &about);
            }
        }
        self.store.close().await;
    }
}

/// On a busy machine a question may get no answer in time, which proves nothing. At the end of the story it is asked
/// until there is one.
#[track_caller]
pub(super) fn same<T: PartialEq + std::fmt::Debug>(
    found: Result<T, Failure>,
    expected: Result<T, Refusal>,
    about: &str,
) {
    if found != Err(Failure::Unavailable) {
        assert_eq!(found, expected.map_err(Failure::Refused), "{about}");
    }
}
