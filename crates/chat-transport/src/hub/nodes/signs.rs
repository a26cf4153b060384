//! Signs between nodes: typing and presence.

use chat_domain::backplane::{Sign, Stated};
use chat_domain::presence::{self, PresenceSign};
use chat_domain::{Mood, Time};
use chat_protocol::Typing;

use super::super::handle::Hub;
use super::super::people::People;
use super::own::stated;
use super::{Nodes, Numbers};

impl Hub {
    /// Sends signs to the other nodes.
    pub(in crate::hub) fn tell_signs(&self, signs: Vec<Sign>) {
        let Some(nodes) = self.0.nodes.as_ref().filter(|_| !signs.is_empty()) else { return };
        let numbers = nodes.numbers();
        let envelopes = signs.into_iter().map(|sign| numbers.saying.signs(vec![sign])).collect();
        nodes.publish(&numbers, envelopes);
    }

    /// Sends what people have stated since the last call.
    pub(in crate::hub) fn tell_presence_to_nodes(&self) {
        if self.0.nodes.is_some() {
            let signs = self.people().own.as_mut().map(|own| own.take()).unwrap_or_default();
            self.tell_signs(signs);
        }
    }

    /// Sends who typed or stopped in these rooms.
    pub(in crate::hub) fn tell_typing_to_nodes(&self, typed: Vec<Typing>) {
        let sign = |Typing { room, person, is_typing, .. }: Typing| Sign::Typing { room, person, is_typing };
        self.tell_signs(typed.into_iter().map(sign).collect());
    }

    /// Takes in the signs of another node.
    pub(super) fn hear_signs(&self, nodes: &Nodes, node: u64, signs: Vec<Sign>, now: Time) {
        for sign in signs {
            match sign {
                Sign::Typing { room, person, is_typing } => {
                    self.delivery_of(room).hear_typing(room, &person, is_typing, now);
                    self.ring(room);
                }
                Sign::Here(stated) => self.people().state(node, &stated, now),
                Sign::Count { people, hash } => {
                    let agrees = self.people().elsewhere.count(node) == (people, hash);
                    if nodes.numbers().asks(node, agrees) {
                        self.tell_signs(vec![Sign::Ask { node }]);
                    }
                }
                Sign::Ask { node } if node == nodes.among.speaker.node => {
                    if nodes.numbers().answers(now) {
                        let parts = self.people().parts();
                        self.tell_signs(parts);
                    }
                }
                Sign::Ask { .. } => {}
                Sign::Part { of, part, people } => self.people().part(node, of, part, &people, now),
                Sign::Spent(spent) => spent.into_iter().for_each(|spent| self.0.spent.put(spent)),
            }
        }
        self.0.presence.notify_one();
    }

    /// Takes in that a node is dead, with all of its people, since `now`.
    pub(super) fn lose_node(&self, node: u64, now: Time) {
        self.people().lose(node, now);
        self.0.presence.notify_one();
    }
}

impl Numbers {
    /// Tells whether to ask a node for all of its people: what is known of them has been wrong twice in a row.
    fn asks(&mut self, node: u64, agrees: bool) -> bool {
        let was_doubtful = self.doubtful.remove(&node);
        if !agrees && !was_doubtful {
            self.doubtful.insert(node);
        }
        !agrees && was_doubtful
    }

    /// Tells whether all people may be stated again by now.
    pub(super) fn answers(&mut self, now: Time) -> bool {
        let is_due = self.answered.is_none_or(|answered| now.has_been(answered, ANSWERS));
        if is_due {
            self.answered = Some(now);
        }
        is_due
    }
}

impl People {
    /// Takes in what another node states about a person.
    fn state(&mut self, node: u64, stated: &Stated, now: Time) {
        let (user, socket) = (stated.person.id(), presence::Socket { node, number: 0 });
        self.elsewhere.state(node, stated);
        match stated.mood {
            None => self.shift(PresenceSign::Closed { user, socket }, now),
            // Somebody who comes with the mood "offline" is connected without being shown.
            Some(Mood::Offline) => self.shift(PresenceSign::Says { user, socket, mood: Mood::Offline }, now),
            Some(mood) => {
                self.shift(PresenceSign::Opened { user, socket }, now);
                self.shift(PresenceSign::Says { user, socket, mood }, now);
            }
        }
    }

    /// Takes in everybody in one part of another node's people.
    fn part(&mut self, node: u64, of: u64, part: u64, people: &[Stated], now: Time) {
        for user in self.elsewhere.ghosts(node, of, part, people) {
            let Some(person) = self.elsewhere.person(user).cloned() else { continue };
            self.state(node, &stated(person, None, Vec::new()), now);
        }
        people.iter().for_each(|stated| self.state(node, stated, now));
    }

    fn lose(&mut self, node: u64, now: Time) {
        self.elsewhere.lose(node);
        self.shift(PresenceSign::NodeLost { node }, now);
    }

    /// Returns everybody with a socket here, in parts.
    fn parts(&self) -> Vec<Sign> {
        let Some(own) = &self.own else { return Vec::new() };
        let parts = own.parts();
        let of = parts.len() as u64;
        let state = |(user, look)| {
            let person = self.users.get(&user)?.person.clone();
            Some(stated(person, Some(look), self.told_rooms(user)))
        };
        let part = |(part, people): (u64, Vec<_>)| Sign::Part {
            of,
            part,
            people: people.into_iter().filter_map(state).collect(),
        };
        (0..).zip(parts).map(part).collect()
    }
}

/// The shortest time between two statements of all people.
const ANSWERS: std::time::Duration = std::time::Duration::from_secs(1);
