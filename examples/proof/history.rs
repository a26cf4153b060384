//! Every operation as one JSON object a line, for other checkers.
//!
//! `{"process", "type": "invoke" | "ok" | "fail" | "info", "f": "send", "value", "id"?, "time"}`: a message is sent, was acknowledged under an
//! id, was refused, or its fate was never told. `{"process", "type": "ok", "f": "hear", "value", "id", "time"}`: a message came. The last lines are
//! `{"type": "ok", "f": "read", "room", "value": [[id, message], …], "members": [process, …]}`: what each room holds in the end, and who was in it.
//! `time` is in microseconds since the beginning; a process is one client, which does one thing after another.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::Trouble;
use crate::world::Room;

/// The file, if there is to be one.
pub(crate) struct History {
    file: Option<RefCell<BufWriter<File>>>,
    began: Instant,
}

impl History {
    pub(crate) fn new(path: Option<&Path>) -> Result<History, Trouble> {
        let file = path.map(File::create).transpose()?.map(BufWriter::new).map(RefCell::new);
        Ok(History { file, began: Instant::now() })
    }

    /// Records that a message is sent.
    pub(crate) fn invoke(&self, who: &str, message: &str) {
        self.write(json!({"process": who, "type": "invoke", "f": "send", "value": message}));
    }

    /// Records that it was acknowledged.
    pub(crate) fn taken(&self, who: &str, message: &str, id: u64) {
        self.write(json!({"process": who, "type": "ok", "f": "send", "value": message, "id": id}));
    }

    /// Records that it was refused: it is not stored, and never will be.
    pub(crate) fn refused(&self, who: &str, message: &str) {
        self.write(json!({"process": who, "type": "fail", "f": "send", "value": message}));
    }

    /// Records that nobody knows what became of it.
    pub(crate) fn unknown(&self, who: &str, message: &str) {
        self.write(json!({"process": who, "type": "info", "f": "send", "value": message}));
    }

    /// Records that a message came.
    pub(crate) fn heard(&self, who: &str, id: u64, message: &str) {
        self.write(json!({"process": who, "type": "ok", "f": "hear", "value": message, "id": id}));
    }

    /// Records what the rooms hold at the end, and writes everything out.
    pub(crate) fn end(&self, rooms: &[Room]) -> Result<(), Trouble> {
        for room in rooms {
            let Room { id, messages, members } = room;
            self.write(json!({"type": "ok", "f": "read", "room": id, "value": messages, "members": members}));
        }
        if let Some(file) = &self.file {
            file.borrow_mut().flush()?;
        }
        Ok(())
    }

    fn write(&self, mut line: Value) {
        let Some(file) = &self.file else { return };
        line["time"] = json!(self.began.elapsed().as_micros() as u64);
        if let Err(error) = writeln!(file.borrow_mut(), "{line}") {
            eprintln!("proof: the history is incomplete: {error}");
        }
    }
}
