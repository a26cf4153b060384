//! The files in an export of Slack.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use chat_protocol::slack::list;
use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, FileReader, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder};
use serde::de::DeserializeOwned;

/// A ZIP file, and where its files are.
pub(super) struct Zip {
    archive: ZipArchive<FileReader>,
    files: BTreeMap<String, (ZipArchiveEntryWayfinder, CompressionMethod)>,
}

impl Zip {
    pub(super) fn open(path: &Path) -> Result<Zip, String> {
        let failed = |error: &dyn std::fmt::Display| format!("cannot read {}: {error}", path.display());
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let file = File::open(path).map_err(|error| failed(&error))?;
        let archive = ZipArchive::from_file(file, &mut buffer).map_err(|error| failed(&error))?;
        let mut files = BTreeMap::new();
        let mut entries = archive.entries(&mut buffer);
        while let Some(entry) = entries.next_entry().map_err(|error| failed(&error))? {
            let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
            files.insert(name, (entry.wayfinder(), entry.compression_method()));
        }
        Ok(Zip { archive, files })
    }

    /// Reads a JSON list from a file, if there is such a file.
    pub(super) fn list<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Vec<T>>, String> {
        let Some((place, method)) = self.files.get(name) else { return Ok(None) };
        let bytes = self.read(*place, *method).map_err(|error| format!("{name}: {error}"))?;
        list(&bytes).map(Some).map_err(|error| format!("{name}: {error}"))
    }

    /// Returns the files of a folder, one for each day, oldest first.
    pub(super) fn days(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{folder}/");
        let within = self.files.range(prefix.clone()..).map(|(name, _)| name);
        within.take_while(|name| name.starts_with(&prefix)).filter(|name| name.ends_with(".json")).cloned().collect()
    }

    fn read(&self, place: ZipArchiveEntryWayfinder, method: CompressionMethod) -> io::Result<Vec<u8>> {
        let entry = self.archive.get_entry(place).map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        // The bound guards against archives that unpack to endless data.
        let most = |reader| Read::take(reader, LARGEST);
        match method {
            CompressionMethod::STORE => {
                most(&mut entry.verifying_reader(entry.reader()) as &mut dyn Read).read_to_end(&mut bytes)?
            }
            CompressionMethod::DEFLATE => {
                most(&mut entry.verifying_reader(DeflateDecoder::new(entry.reader())) as &mut dyn Read)
                    .read_to_end(&mut bytes)?
            }
            other => return Err(io::Error::other(format!("compressed in a way that is not known here: {other:?}"))),
        };
        Ok(bytes)
    }
}

const LARGEST: u64 = 1 << 30;
