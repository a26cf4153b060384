//! What is read of files.

row! {
    /// One file, of `files f`.
    FileInfo as "f" {
        id: String,
        owner: i64,
        name: String,
        size: i64,
        mime: String,
        whole: bool,
        room: Option<i64>,
        message: Option<i64>,
        gone: i64,
    }
}
