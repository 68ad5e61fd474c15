//! Answers that are sent while they are made, so that their size does not matter.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio_stream::wrappers::ReceiverStream;

/// Bytes gathered before they are sent.
const CHUNK_BYTES: usize = 64 << 10;
/// Chunks that wait for a slow client before the writer waits too.
const CHUNKS_AHEAD: usize = 4;

/// A writer whose bytes go into the body of an answer. To be used off the async threads: it
/// waits for the client.
pub(crate) struct ChunkWriter {
    sender: Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

/// The body of an answer, and the writer that fills it.
pub(crate) fn body() -> (Body, ChunkWriter) {
    let (sender, receiver): (_, Receiver<io::Result<Bytes>>) =
        tokio::sync::mpsc::channel(CHUNKS_AHEAD);
    let writer = ChunkWriter {
        sender,
        buffer: Vec::with_capacity(CHUNK_BYTES),
    };
    (Body::from_stream(ReceiverStream::new(receiver)), writer)
}

impl ChunkWriter {
    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK_BYTES));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the client is gone");
        self.sender.blocking_send(Ok(full.into())).map_err(gone)
    }

    /// Breaks the answer off, so that the client does not take a part for the whole.
    pub(crate) fn fail(&mut self, reason: &str) {
        self.buffer.clear();
        let _ = self
            .sender
            .blocking_send(Err(io::Error::other(reason.to_owned())));
    }

    /// Another handle of the same body, to break it off when its writer was given away.
    pub(crate) fn breaker(&self) -> ChunkWriter {
        ChunkWriter {
            sender: self.sender.clone(),
            buffer: Vec::new(),
        }
    }
}

impl Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

impl Drop for ChunkWriter {
    fn drop(&mut self) {
        // The client may be gone; nobody is left to be told.
        let _ = self.send();
    }
}

/// What a writer that is given away has written.
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

/// Writes into a [`Kept`].
pub(crate) struct KeptWriter(Arc<Mutex<Vec<u8>>>);

impl Kept {
    pub(crate) fn new() -> (Kept, KeptWriter) {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        (Kept(Arc::clone(&bytes)), KeptWriter(bytes))
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for KeptWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
