use bytes::Bytes;

use super::carrier::{Carrier, Polling, Upgrade};
use super::{Heart, Session};
use crate::engineio::packet::{self, Frame, Packet};
use crate::engineio::{Closed, Millis, Output, Reject, Transport, Wire};

/// What WebSockets do: one that carries the session, or one that wants to.
impl Session {
    pub(super) fn web_socket_opened(&mut self, now: Millis) {
        match &mut self.carrier {
            Carrier::New => {
                self.carrier = Carrier::WebSocket;
                self.heart = Heart::rested(now, &self.settings);
                let open = packet::open(&self.sid, Transport::WebSocket, &self.settings);
                self.wire(Wire::SendFrame(Frame::Text(open)));
                self.wire(Wire::WebSocketReady);
            }
            Carrier::Polling(polling @ Polling { upgrade: None, closing: None, .. }) => {
                let until = now.saturating_add(self.settings.upgrade_timeout);
                polling.upgrade = Some(Upgrade { until, release: None });
            }
            _ => self.wire(Wire::RefuseWebSocket),
        }
    }

    pub(super) fn web_socket_text(&mut self, now: Millis, text: Bytes) {
        let packet = packet::decode(text);
        match &mut self.carrier {
            Carrier::WebSocket => match packet {
                Ok(packet) => self.receive(now, packet),
                Err(_) => self.end(Closed::InvalidPacket),
            },
            Carrier::Polling(Polling { upgrade: Some(upgrade), .. }) => match (packet, upgrade.release) {
                (Ok(Packet::Probe), None) => {
                    upgrade.release = Some(now.saturating_add(RELEASE_EVERY));
                    self.wire(Wire::SendFrame(Frame::Text(packet::PROBED)));
                    self.answer_poll(packet::NOOP);
                }
                (Ok(Packet::Upgrade), Some(_)) => self.complete_upgrade(),
                _ => self.drop_upgrade(),
            },
            _ => {}
        }
    }

    pub(super) fn web_socket_binary(&mut self, bytes: Bytes) {
        match &self.carrier {
            Carrier::WebSocket => self.outputs.push_back(Output::Message(Frame::Binary(bytes))),
            _ => self.drop_upgrade(),
        }
    }

    pub(super) fn web_socket_closed(&mut self) {
        match &mut self.carrier {
            Carrier::New | Carrier::WebSocket => {
                self.carrier = Carrier::Gone;
                self.outputs.push_back(Output::Closed(Closed::WebSocketLost));
            }
            Carrier::Polling(polling) => polling.upgrade = None,
            Carrier::Gone => {}
        }
    }

    /// Answers the waiting poll with a noop once the probe was answered, so that the client can stop polling. Later
    /// polls are answered so, too, but not at once: usually the upgrade follows at once, and a client that goes on
    /// polling must not do so in a tight loop.
    pub(super) fn release_poll(&mut self, now: Millis) {
        if let Carrier::Polling(polling) = &mut self.carrier
            && let Some(release) = polling.releases_at()
            && release <= now
        {
            if let Some(upgrade) = &mut polling.upgrade {
                upgrade.release = Some(now.saturating_add(RELEASE_EVERY));
            }
            self.answer_poll(packet::NOOP);
        }
    }

    pub(super) fn complete_upgrade(&mut self) {
        let Carrier::Polling(polling) = &self.carrier else {
            return;
        };
        let Polling { ping, waiting, closing, .. } = *polling;
        if waiting {
            // The poll was opened after the probe was answered, so it gets the answer of a request that comes after the
            // upgrade.
            self.wire(Wire::RefusePoll(Reject::BadRequest));
        }
        self.carrier = Carrier::WebSocket;
        if ping && closing.is_none() {
            self.wire(Wire::SendFrame(Frame::Text(packet::PING)));
        }
        let frames = self.queue.take();
        self.outputs.extend(frames.into_iter().map(|frame| Output::Wire(Wire::SendFrame(frame))));
        if closing.is_some() {
            return self.end(Closed::ByServer);
        }
        self.wire(Wire::WebSocketReady);
    }

    /// Gives up the WebSocket that wanted to take over; polling goes on.
    pub(super) fn drop_upgrade(&mut self) {
        if let Carrier::Polling(polling) = &mut self.carrier
            && polling.upgrade.take().is_some()
        {
            self.wire(Wire::CloseWebSocket);
        }
    }
}

const RELEASE_EVERY: Millis = 50;
