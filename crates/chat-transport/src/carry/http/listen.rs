//! Where connections come in: TCP addresses and Unix sockets.

use std::io::{self, ErrorKind};
use std::net::{self, Ipv4Addr, SocketAddr};
use std::os::unix;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::{fs, process};

use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};

/// Where connections come in.
#[derive(Debug)]
pub enum Listener {
    /// An address and a port.
    Tcp(TcpListener),
    /// A file, behind which is a proxy on this machine or a program of the operator's.
    Unix(Unix),
}

/// A Unix socket. Its file goes with it, unless another server has put its own there meanwhile.
#[derive(Debug)]
pub struct Unix {
    listener: UnixListener,
    path: PathBuf,
    /// The file's own number; none if it is somebody else's to take away.
    inode: Option<u64>,
}

/// A connection that came in.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Opens an address. The queue of those who wait to be accepted is long: after a restart everybody comes back at once, and whom
/// it has no room for tries again only seconds later. What the kernel keeps for a client that does not read is bounded: left to
/// itself it takes 4 MiB for each, of which the queues here, and their bounds, see nothing.
pub fn listen(address: SocketAddr) -> io::Result<Listener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    // Accepted sockets have it from their listener.
    socket.set_send_buffer_size(KERNEL_QUEUE)?;
    socket.bind(address)?;
    socket.listen(BACKLOG).map(Listener::Tcp)
}

/// Opens a Unix socket whose file has this mode. A file that a dead server left is replaced, one behind which somebody listens, or
/// that is something else, is not. The new one appears there with its mode, or not at all.
pub fn listen_unix(path: &Path, mode: u32) -> io::Result<Listener> {
    match fs::symlink_metadata(path) {
        Ok(there) if !there.file_type().is_socket() => {
            return Err(io::Error::new(ErrorKind::AlreadyExists, "there is another file, which is no socket"));
        }
        Ok(_) if unix::net::UnixStream::connect(path).is_ok() => return Err(ErrorKind::AddrInUse.into()),
        Ok(_) | Err(_) => {}
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", process::id()));
    let draft = PathBuf::from(draft);
    if let Err(error) = fs::remove_file(&draft)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(error);
    }
    let listener = UnixListener::bind(&draft)?;
    let placed = fs::set_permissions(&draft, fs::Permissions::from_mode(mode)).and_then(|()| fs::rename(&draft, path));
    if let Err(error) = placed {
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    let inode = Some(fs::symlink_metadata(path)?.ino());
    Ok(Listener::Unix(Unix { listener, path: path.to_owned(), inode }))
}

impl Listener {
    /// Its address; a Unix socket has none.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Listener::Tcp(listener) => listener.local_addr(),
            Listener::Unix(_) => Err(ErrorKind::Unsupported.into()),
        }
    }

    /// The file of a Unix socket.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Listener::Tcp(_) => None,
            Listener::Unix(unix) => Some(&unix.path),
        }
    }

    /// The next connection, and where it comes from: whoever is behind a Unix socket is on this machine.
    pub(super) async fn accept(&self) -> io::Result<(Socket, SocketAddr)> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok((Socket::Tcp(stream), address))
            }
            Listener::Unix(unix) => {
                let (stream, _) = unix.listener.accept().await?;
                Ok((Socket::Unix(stream), (Ipv4Addr::LOCALHOST, 0).into()))
            }
        }
    }
}

impl Socket {
    /// Without this, small frames wait for the peer's delayed acknowledgement.
    pub(super) fn hurry(&self) -> io::Result<()> {
        match self {
            Socket::Tcp(stream) => stream.set_nodelay(true),
            Socket::Unix(_) => Ok(()),
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Listener {
        Listener::Tcp(listener)
    }
}

impl TryFrom<net::TcpListener> for Listener {
    type Error = io::Error;

    /// One that somebody else has opened.
    fn try_from(listener: net::TcpListener) -> io::Result<Listener> {
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener).map(Listener::Tcp)
    }
}

impl TryFrom<unix::net::UnixListener> for Listener {
    type Error = io::Error;

    /// One that somebody else has opened, whose file stays.
    fn try_from(listener: unix::net::UnixListener) -> io::Result<Listener> {
        listener.set_nonblocking(true)?;
        let path = listener.local_addr()?.as_pathname().map(Path::to_owned).unwrap_or_default();
        Ok(Listener::Unix(Unix { listener: UnixListener::from_std(listener)?, path, inode: None }))
    }
}

impl Drop for Unix {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|there| Some(there.ino()) == self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Connections that may wait to be accepted, if the kernel's own limit allows as many.
const BACKLOG: u32 = 16_384;
/// Bytes that the kernel is asked to keep for one connection at most; it counts twice as many for what is around them.
const KERNEL_QUEUE: u32 = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_unix_socket_replaces_what_a_dead_server_left_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("chat-unix-{}", process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("chat.sock");
        let first = listen_unix(&path, 0o600).expect("a socket");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        let taken = listen_unix(&path, 0o600).expect_err("somebody listens there");
        assert_eq!(taken.kind(), ErrorKind::AddrInUse);
        // Dead, without having tidied up.
        let Listener::Unix(mut dead) = first else { panic!("a Unix socket") };
        dead.inode = None;
        drop(dead);
        assert!(path.exists());
        let second = listen_unix(&path, 0o666).expect("a socket");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o666);
        let (_client, accepted) = tokio::join!(UnixStream::connect(&path), second.accept());
        assert!(accepted.expect("a connection").1.ip().is_loopback());
        drop(second);
        assert!(!path.exists(), "its file goes with it");
        fs::write(&path, "somebody's work").expect("a file");
        assert_eq!(listen_unix(&path, 0o600).expect_err("a file").kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).expect("a file"), "somebody's work");
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
        fs::remove_dir_all(folder).expect("its end");
    }
}
