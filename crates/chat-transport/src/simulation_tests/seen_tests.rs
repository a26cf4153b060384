//! Tests of the checks: each must see what it is for. (Those that are missing here are seen red by planted mistakes.)

use std::rc::Rc;

use tokio::time::Instant;

use super::cluster::{Acked, Cluster, run_tampered};
use super::device::Device;
use super::ears::{Frame, Heard};
use super::fold::Fold;
use super::plan::Plan;
use super::talk::Pending;
use chat_domain::RoomId;

/// The check that must be red, and what is done to each client before the end.
type Tampering = (&'static str, fn(&Cluster, &Device));

#[test]
fn what_is_wrong_in_the_end_is_seen() {
    assert_eq!(run_tampered(&calm(1), |_, _| {}).red, None);
    for (check, tamper) in TAMPERINGS {
        let all = |cluster: &Cluster, devices: &[Rc<Device>]| devices.iter().for_each(|device| tamper(cluster, device));
        // Not every client hears everything, so that it could be seen to be wrong.
        let red = (1..=6).find_map(|seed| run_tampered(&calm(seed), all).red);
        assert_eq!(red.map(|red| red.checker), Some(*check));
    }
}

const TAMPERINGS: &[Tampering] = &[
    ("lost", |_, device| folds(device, |fold| fold.heard.clear())),
    ("ghost", |_, device| folds(device, |fold| drop(fold.messages.insert(NEVER, "never said".into())))),
    ("diverged", |_, device| folds(device, |fold| fold.messages.values_mut().for_each(|text| text.push('!')))),
    ("typing", |_, device| folds(device, |fold| fold.typing.extend([1]))),
    ("away", |_, device| folds(device, |fold| fold.is_joined = false)),
    ("unanswered", |_, device| drop(device.pending.replace(Some(pending())))),
    ("presence", |_, device| device.is_connected.set(false)),
    ("acked", |cluster, device| {
        let (by, name) = (device.name.clone(), "never said".into());
        cluster.acked.borrow_mut().push(Acked { by, room: 1, id: NEVER, name });
    }),
    ("refused", |_, device| {
        device.pending.replace(Some(pending()));
        device.check_refused("FORBIDDEN", true);
    }),
];

#[test]
fn what_is_wrong_with_a_frame_is_seen() {
    let sent = |id| Frame { heard: Heard::Sent { id, content: "hello".into() }, ..Frame::default() };
    let read = |upto| Frame { heard: Heard::Read { user: 1, upto }, ..Frame::default() };
    let at = |cursor: &str| Frame { cursor: Some(cursor.into()), ..Frame::default() };
    let edited = Frame { heard: Heard::Edited { id: 9, content: "bye".into() }, ..Frame::default() };
    let cases = [
        (vec![sent(5), sent(6), read(5), read(6), at("1.1.5.0"), at("1.1.6.0")], None),
        (vec![sent(5), sent(5)], Some("twice")),
        (vec![sent(5), sent(4)], Some("reordered")),
        (vec![sent(5), edited], Some("gap")),
        (vec![read(5), read(4)], Some("positions")),
        (vec![at("1.1.5.0"), at("1.1.4.0")], Some("cursor")),
        (vec![at("1.1.5.1"), at("1.1.5.0")], Some("cursor")),
    ];
    for (frames, check) in cases {
        let mut fold = Fold::new(RoomId::new(1).expect("an id"));
        let broke = frames.iter().try_for_each(|frame| fold.take(frame));
        assert_eq!(broke.err().map(|(promise, _)| promise), check, "{frames:?}");
    }
}

/// Returns a plan without trouble, with everybody in one room.
fn calm(seed: u64) -> Plan {
    let mut plan = Plan::of(seed);
    (plan.nodes, plan.people, plan.rooms, plan.devices, plan.trouble, plan.cut) = (2, 3, 1, 3, 2_000, 50_000);
    (plan.stalls, plan.members, plan.voices, plan.homes, plan.direct) = (0, 0, 0, 0, false);
    (plan.refused, plan.unknown, plan.unread, plan.lost, plan.doubled) = (0, 0, 0, 0, 0);
    (plan.crashes, plan.deaf, plan.freezes, plan.jumps, plan.restore) = (0, 0, 0, 0, false);
    plan
}

fn folds(device: &Device, tamper: impl Fn(&mut Fold)) {
    device.folds.borrow_mut().values_mut().for_each(tamper);
}

fn pending() -> Pending {
    Pending { room: 1, name: "never said".into(), asked: Some(Instant::now()), tries: 1 }
}

/// An id that no message has.
const NEVER: u64 = 1 << 40;
