//! Where connections come in: TCP addresses and Unix sockets.

use std::io::{self, ErrorKind};
use std::net::{self, Ipv4Addr, SocketAddr};
use std::os::unix;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::{fs, process};

use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};

/// A socket on which connections come in.
#[derive(Debug)]
pub enum Listener {
    /// A TCP address and port.
    Tcp(TcpListener),
    /// A Unix socket, for a proxy or another program on this machine.
    Unix(Unix),
}

/// A Unix socket. Its file is removed with it, unless another server has put its own file there meanwhile.
#[derive(Debug)]
pub struct Unix {
    listener: UnixListener,
    path: PathBuf,
    /// The inode of the file; `None` if the file belongs to whoever opened the socket.
    inode: Option<u64>,
}

/// A connection that came in.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Listens on an address.
///
/// The backlog is long, because after a restart all clients come back at once, and one that finds it full tries again only after
/// seconds. The kernel's send buffer of each connection is bounded: by default it grows to 4 MiB for a client that does not read,
/// which the bounds of our own queues could not see.
pub fn listen(address: SocketAddr) -> io::Result<Listener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    // Accepted sockets inherit this from the listener.
    socket.set_send_buffer_size(KERNEL_QUEUE)?;
    socket.bind(address)?;
    socket.listen(BACKLOG).map(Listener::Tcp)
}

/// Listens on a Unix socket whose file gets this mode. A file that a dead server left behind is replaced; a file that is no
/// socket, or on which somebody listens, is an error. The new file appears with its mode already set.
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
    /// Returns the address of a TCP listener; an error for a Unix socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Listener::Tcp(listener) => listener.local_addr(),
            Listener::Unix(_) => Err(ErrorKind::Unsupported.into()),
        }
    }

    /// Returns the file of a Unix socket.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Listener::Tcp(_) => None,
            Listener::Unix(unix) => Some(&unix.path),
        }
    }

    /// Accepts the next connection. The peer of a Unix socket counts as being on this machine.
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
    /// Sets `TCP_NODELAY`. Without it small frames would wait for the peer's delayed acknowledgement, about 40 ms.
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

    /// Takes a listener that somebody else has opened.
    fn try_from(listener: net::TcpListener) -> io::Result<Listener> {
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener).map(Listener::Tcp)
    }
}

impl TryFrom<unix::net::UnixListener> for Listener {
    type Error = io::Error;

    /// Takes a listener that somebody else has opened. Its file stays when the server ends.
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

/// How many connections may wait to be accepted, as far as the kernel's own limit allows it.
const BACKLOG: u32 = 16_384;
/// The send buffer that is asked for, in bytes. The kernel doubles it for its own bookkeeping.
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
        // As if the process had died without removing its file.
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
