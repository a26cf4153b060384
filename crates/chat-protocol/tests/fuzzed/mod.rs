//! What must hold for any bytes. The fuzz targets of `fuzz/` call these functions, and so do ordinary tests, with the
//! seeds in `tests/corpus` and with random bytes.

pub(crate) mod engineio_payload;
pub(crate) mod session_inputs;
pub(crate) mod socketio_packet;
