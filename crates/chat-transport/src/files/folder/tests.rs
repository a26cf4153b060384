//! Files in a directory.

use super::*;

struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Temporary {
        let path = std::env::temp_dir().join(format!("chat-files-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Temporary(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn begun(folder: &Folder, id: FileId) -> Begun {
    match folder.begin(id).await.unwrap() {
        Begin::Begun(begun) => begun,
        other => panic!("{other:?}"),
    }
}

async fn all(folder: &Folder, id: FileId, from: u64, length: u64) -> Vec<u8> {
    let mut chunks = folder.read(id, from, length).await.unwrap();
    let mut all = Vec::new();
    while let Some(chunk) = chunks.recv().await {
        all.extend_from_slice(&chunk);
    }
    all
}

#[tokio::test]
async fn what_came_before_a_break_is_kept_and_the_rest_comes_behind_it() {
    let (place, id) = (Temporary::new("resume"), FileId::of_bits(1));
    let folder = Folder::open(&place.0).unwrap();
    drop(begun(&folder, id).await.write(Bytes::from_static(b"abc")).await.unwrap());
    assert_eq!(folder.come(id).await.unwrap(), (3, false));
    assert!(folder.first(id, 9).await.is_err(), "nobody reads what is not whole");
    let more = begun(&folder, id).await;
    assert_eq!(more.length, 3);
    let more = more.write(Bytes::from_static(b"dexx")).await.unwrap();
    more.cut(5).await.unwrap();
    let last = begun(&folder, id).await.write(Bytes::from_static(b"f")).await.unwrap();
    last.finish().await.unwrap();
    assert_eq!(folder.come(id).await.unwrap(), (6, true));
    assert_eq!(all(&folder, id, 0, 6).await, b"abcdef");
    assert_eq!(all(&folder, id, 2, 3).await, b"cde");
    assert_eq!(all(&folder, id, 4, 9).await, b"", "what cannot be read whole ends before");
    assert!(matches!(folder.begin(id).await.unwrap(), Begin::Whole));
    folder.delete(id).await.unwrap();
    folder.delete(id).await.unwrap();
    assert!(folder.first(id, 9).await.is_err());
}

#[tokio::test]
async fn one_at_a_time_brings_a_file() {
    let (place, id) = (Temporary::new("busy"), FileId::of_bits(2));
    let folder = Folder::open(&place.0).unwrap();
    let first = begun(&folder, id).await.write(Bytes::from_static(b"abc")).await.unwrap();
    assert!(matches!(folder.begin_now(id).unwrap(), Begin::Busy(3)));
    let waiting = tokio::spawn({
        let folder = folder.clone();
        async move { folder.begin(id).await.unwrap() }
    });
    tokio::task::yield_now().await;
    first.finish().await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Begin::Whole), "it is not written behind what is whole");
}
