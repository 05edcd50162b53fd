// SPDX-License-Identifier: Apache-2.0
//! What a program needs from its first line on.

use crate::abi::InfoRow;
use crate::{syscall, Arena, Caller, Ring, SyscallError, SyscallResult};
use core::sync::atomic::{AtomicBool, Ordering};

/// The arena must have one owner.
static STARTED: AtomicBool = AtomicBool::new(false);

/// A guest: its first ring, its arena, its grants.
#[derive(Debug)]
pub struct Guest {
    /// The first ring.
    pub ring: Ring,
    /// What is left of the shared memory.
    pub arena: Arena,
    /// Blocking operations of this thread.
    pub caller: Caller,
}

impl Guest {
    /// Sets up the first ring. `entries` of its submission queue: a power of two; `flags`:
    /// `abi::SETUP_…`. A second call is `InvalidState`: further rings are made by
    /// [`syscall::io_uring_setup`], further callers by [`Caller::take`].
    pub fn start(entries: u64, flags: u64) -> SyscallResult<Guest> {
        if STARTED.swap(true, Ordering::Relaxed) {
            return Err(SyscallError::InvalidState);
        }
        let base = syscall::io_uring_setup(entries, flags)?;
        // SAFETY: the context was just made, and its arena is handed out once, here.
        let (ring, mut arena) = unsafe {
            let ring = Ring::from_base(base)?;
            let (start, size) = ring.arena();
            (ring, Arena::new(start, size))
        };
        #[cfg(feature = "start")]
        crate::start::keep_for_exit(Caller::take(&mut arena)?);
        let caller = Caller::take(&mut arena)?;
        Ok(Guest {
            ring,
            arena,
            caller,
        })
    }

    /// What was granted under this name.
    pub fn granted(&self, name: &str) -> Option<InfoRow> {
        self.ring.granted(name)
    }

    /// The id of what was granted under this name; `NotFound` if nothing was.
    pub fn capability(&self, name: &str) -> SyscallResult<u64> {
        self.granted(name)
            .map(|row| row.capability_id)
            .ok_or(SyscallError::NotFound)
    }

    /// What a command line means by `NAME` or `NAME/PATH`; `NotFound` if no grant has that name.
    pub fn locate<'a>(&self, text: &'a str) -> SyscallResult<Place<'a>> {
        let (name, path) = text.split_once('/').unwrap_or((text, ""));
        let grant = self.granted(name).ok_or(SyscallError::NotFound)?;
        Ok(Place { grant, path })
    }
}

/// A grant, and a path beneath it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// What was granted.
    pub grant: InfoRow,
    /// Beneath it; empty: the grant itself.
    pub path: &'a str,
}
