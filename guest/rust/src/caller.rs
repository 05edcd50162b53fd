// SPDX-License-Identifier: Apache-2.0
//! Direct submission: one call, one entry, one completion.

use crate::abi::{
    self, Address, CompletionEntryV2, Query, Stat, SubmissionEntryV2, CURRENT_POSITION, PATH_MAX,
};
use crate::{syscall, Arena, Place, Rights, SyscallError, SyscallResult};
use core::fmt;

/// Room for text of one write, and for paths.
const TEXT_SIZE: usize = 8192;

/// Room for the structures that operations read or write.
const RECORD_SIZE: usize = 96;

const _: () = {
    assert!(size_of::<Stat>() <= RECORD_SIZE);
    assert!(size_of::<Query>() <= RECORD_SIZE);
    assert!(size_of::<Address>() <= RECORD_SIZE);
};

/// Blocking operations of one thread: each is one system call, which returns when it is complete.
///
/// Data must lie in the arena ([`Arena::take`]), or the answer is `InvalidAddress`; paths, text and
/// addresses may lie anywhere. A denial (`PermissionDenied`) tells the missing rights in
/// [`Caller::last`]. `docs/abi.md` says what each operation does.
#[derive(Debug)]
pub struct Caller {
    entry: *mut SubmissionEntryV2,
    completion: *mut CompletionEntryV2,
    text: &'static mut [u8],
    record: *mut [u64; RECORD_SIZE / 8],
}

// SAFETY: the memory is the caller's alone, whichever thread it is in.
unsafe impl Send for Caller {}

impl Caller {
    /// Takes what one thread needs from the arena.
    pub fn take(arena: &mut Arena) -> SyscallResult<Caller> {
        Ok(Caller {
            entry: arena.take_for()?,
            completion: arena.take_for()?,
            text: arena.take(TEXT_SIZE, 8)?,
            record: arena.take_for()?,
        })
    }

    /// Executes one entry to its completion; the completion's result.
    ///
    /// # Safety
    ///
    /// Nobody uses the memory that the entry names meanwhile, but as the operation allows.
    pub unsafe fn call(&mut self, entry: &SubmissionEntryV2) -> SyscallResult<u32> {
        // SAFETY: taken from the arena in `take`, and no operation is in flight.
        unsafe { self.entry.write(*entry) };
        syscall::io_uring_enter(self.entry as u64, self.completion as u64)?;
        // the mask of the cast: a result is 31 bits when it is none below 0
        SyscallError::check(i64::from(self.last().result)).map(|result| result as u32)
    }

    /// The completion of the last operation, with its flags and its second result.
    pub fn last(&self) -> CompletionEntryV2 {
        // SAFETY: taken from the arena in `take`; the kernel writes it during calls only.
        unsafe { self.completion.read_volatile() }
    }

    /// The new capability instead of the result.
    ///
    /// # Safety
    ///
    /// As [`Caller::call`].
    unsafe fn call_for_capability(&mut self, entry: &SubmissionEntryV2) -> SyscallResult<u64> {
        // SAFETY: promised by the caller.
        unsafe { self.call(entry) }?;
        Ok(self.last().reserved)
    }

    /// Copies a path to where the kernel can read it.
    fn put_path(&mut self, entry: &mut SubmissionEntryV2, path: &str) -> SyscallResult<()> {
        if path.len() > PATH_MAX as usize {
            return Err(SyscallError::NameTooLong);
        }
        self.text[..path.len()].copy_from_slice(path.as_bytes());
        entry.addr = self.text.as_ptr() as u64;
        entry.len = path.len() as u32;
        Ok(())
    }

    /// Opens what is at the path beneath a directory; the new capability. `flags`: `abi::OPEN_…`;
    /// `mode`: of a new file; `rights`: those wanted.
    pub fn open(
        &mut self,
        directory: u64,
        path: &str,
        flags: u32,
        mode: u32,
        rights: Rights,
    ) -> SyscallResult<u64> {
        let mut entry = entry(abi::OP_OPEN, directory);
        self.put_path(&mut entry, path)?;
        entry.auxiliary = [
            u64::from(flags) | u64::from(mode) << abi::OPEN_MODE_SHIFT,
            rights.bits(),
        ];
        // SAFETY: the entry names the caller's own text.
        unsafe { self.call_for_capability(&entry) }
    }

    /// Opens a place; of a grant that is no directory, a duplicate. It must be closed.
    pub fn open_place(
        &mut self,
        place: &Place<'_>,
        flags: u32,
        mode: u32,
        rights: Rights,
    ) -> SyscallResult<u64> {
        let grant = place.grant.capability_id;
        if place.grant.r#type == abi::TYPE_DIRECTORY {
            return self.open(grant, place.path, flags, mode, rights);
        }
        if !place.path.is_empty() {
            return Err(SyscallError::NotADirectory);
        }
        if flags & abi::OPEN_TRUNCATE != 0 && place.grant.r#type == abi::TYPE_FILE {
            // SAFETY: names no memory.
            unsafe { self.call(&entry(abi::OP_TRUNCATE, grant)) }?;
        }
        syscall::capability_dup(grant, rights & Rights::from_bits(place.grant.rights))
    }

    /// Reads a file at an offset, or a stream at [`CURRENT_POSITION`]; how many bytes came, 0 at
    /// the end.
    pub fn read(&mut self, capability: u64, data: &mut [u8], offset: u64) -> SyscallResult<usize> {
        let entry = transfer(abi::OP_READ, capability, data, [offset, 0]);
        // SAFETY: the data is borrowed until the call returns.
        unsafe { self.call(&entry) }.map(|bytes| bytes as usize)
    }

    /// Writes to a file at an offset, or to a stream at [`CURRENT_POSITION`]; how many bytes went.
    pub fn write(&mut self, capability: u64, data: &[u8], offset: u64) -> SyscallResult<usize> {
        let entry = transfer(abi::OP_WRITE, capability, data, [offset, 0]);
        // SAFETY: the data is borrowed until the call returns, and only read.
        unsafe { self.call(&entry) }.map(|bytes| bytes as usize)
    }

    /// Writes all of it, in as many calls as it takes.
    pub fn write_all(&mut self, capability: u64, data: &[u8], offset: u64) -> SyscallResult<()> {
        let mut done = 0;
        while done < data.len() {
            let at = match offset {
                CURRENT_POSITION => CURRENT_POSITION,
                _ => offset + done as u64,
            };
            match self.write(capability, &data[done..], at)? {
                0 => return Err(SyscallError::IoError),
                written => done += written,
            }
        }
        Ok(())
    }

    /// Gives a capability up.
    pub fn close(&mut self, capability: u64) -> SyscallResult<()> {
        // SAFETY: names no memory.
        unsafe { self.call(&entry(abi::OP_CLOSE, capability)) }.map(|_| ())
    }

    /// Makes what was written durable. `flags`: `abi::FSYNC_…`.
    pub fn fsync(&mut self, capability: u64, flags: u64) -> SyscallResult<()> {
        let mut entry = entry(abi::OP_FSYNC, capability);
        entry.auxiliary[1] = flags;
        // SAFETY: names no memory.
        unsafe { self.call(&entry) }.map(|_| ())
    }

    /// Status of a file or directory, or, if the path is not empty, of what is there beneath the
    /// directory. `flags`: `abi::STAT_…`.
    pub fn status(&mut self, capability: u64, path: &str, flags: u64) -> SyscallResult<Stat> {
        let mut entry = entry(abi::OP_STAT, capability);
        if !path.is_empty() {
            self.put_path(&mut entry, path)?;
        }
        entry.auxiliary = [self.record as u64, flags];
        // SAFETY: the entry names the caller's own memory.
        unsafe { self.call(&entry) }?;
        // SAFETY: aligned, large enough (above), and made of numbers.
        Ok(unsafe { self.record.cast::<Stat>().read_volatile() })
    }

    /// Asks what a capability is and what is left; 0: about the domain alone.
    pub fn query(&mut self, capability: u64) -> SyscallResult<Query> {
        let mut entry = entry(abi::OP_QUERY, capability);
        entry.addr = self.record as u64;
        entry.len = size_of::<Query>() as u32;
        // SAFETY: the entry names the caller's own memory.
        unsafe { self.call(&entry) }?;
        // SAFETY: aligned, large enough (above), and made of numbers.
        Ok(unsafe { self.record.cast::<Query>().read_volatile() })
    }

    /// Makes a socket from a network. `family`: `abi::FAMILY_…`; `kind`: `abi::SOCKET_…`;
    /// `rights`: those wanted.
    pub fn socket(
        &mut self,
        network: u64,
        family: u32,
        kind: u32,
        rights: Rights,
    ) -> SyscallResult<u64> {
        let mut entry = entry(abi::OP_SOCKET_CREATE, network);
        entry.auxiliary = [u64::from(family) | u64::from(kind) << 16, rights.bits()];
        // SAFETY: names no memory.
        unsafe { self.call_for_capability(&entry) }
    }

    /// Sets an option of a socket, `abi::OPTION_…`.
    pub fn set_option(&mut self, socket: u64, option: u32, value: u64) -> SyscallResult<()> {
        let mut entry = entry(abi::OP_SET_OPTION, socket);
        entry.auxiliary = [u64::from(option), value];
        // SAFETY: names no memory.
        unsafe { self.call(&entry) }.map(|_| ())
    }

    fn call_with_address(
        &mut self,
        opcode: u8,
        socket: u64,
        address: &Address,
    ) -> SyscallResult<()> {
        let mut entry = entry(opcode, socket);
        // SAFETY: aligned and large enough (above).
        unsafe { self.record.cast::<Address>().write(*address) };
        entry.addr = self.record as u64;
        entry.len = size_of::<Address>() as u32;
        // SAFETY: the entry names the caller's own memory.
        unsafe { self.call(&entry) }.map(|_| ())
    }

    /// Gives a socket its local address; [`Address::ZERO`]: the granted one.
    pub fn bind(&mut self, socket: u64, address: &Address) -> SyscallResult<()> {
        self.call_with_address(abi::OP_BIND, socket, address)
    }

    /// Connects a socket; [`Address::ZERO`]: to the granted address.
    pub fn connect(&mut self, socket: u64, address: &Address) -> SyscallResult<()> {
        self.call_with_address(abi::OP_CONNECT, socket, address)
    }

    /// Takes connections from now on. `backlog`: how many may wait; 0: as the host likes.
    pub fn listen(&mut self, socket: u64, backlog: u32) -> SyscallResult<()> {
        let mut entry = entry(abi::OP_LISTEN, socket);
        entry.len = backlog;
        // SAFETY: names no memory.
        unsafe { self.call(&entry) }.map(|_| ())
    }

    /// Waits for a connection; the new socket, with the rights wanted.
    pub fn accept(&mut self, socket: u64, rights: Rights) -> SyscallResult<u64> {
        let mut entry = entry(abi::OP_ACCEPT, socket);
        entry.auxiliary[1] = rights.bits();
        // SAFETY: names no memory.
        unsafe { self.call_for_capability(&entry) }
    }

    /// A socket's own address.
    pub fn socket_name(&mut self, socket: u64) -> SyscallResult<Address> {
        let mut entry = entry(abi::OP_SOCKET_NAME, socket);
        entry.addr = self.record as u64;
        entry.len = size_of::<Address>() as u32;
        // SAFETY: the entry names the caller's own memory.
        unsafe { self.call(&entry) }?;
        // SAFETY: aligned, large enough (above), and made of numbers.
        Ok(unsafe { self.record.cast::<Address>().read_volatile() })
    }

    /// Sends; how many bytes went. `flags`: `abi::SEND_…`.
    pub fn send(&mut self, socket: u64, data: &[u8], flags: u64) -> SyscallResult<usize> {
        let entry = transfer(abi::OP_SEND, socket, data, [0, flags]);
        // SAFETY: the data is borrowed until the call returns, and only read.
        unsafe { self.call(&entry) }.map(|bytes| bytes as usize)
    }

    /// Receives; how many bytes came, 0 at the end. `flags`: `abi::RECEIVE_…`.
    pub fn recv(&mut self, socket: u64, data: &mut [u8], flags: u64) -> SyscallResult<usize> {
        let entry = transfer(abi::OP_RECV, socket, data, [0, flags]);
        // SAFETY: the data is borrowed until the call returns.
        unsafe { self.call(&entry) }.map(|bytes| bytes as usize)
    }

    /// Ends directions of a socket, `abi::SHUTDOWN_…`, for every holder.
    pub fn shutdown(&mut self, socket: u64, directions: u64) -> SyscallResult<()> {
        let mut entry = entry(abi::OP_SHUTDOWN, socket);
        entry.len = directions as u32;
        // SAFETY: names no memory.
        unsafe { self.call(&entry) }.map(|_| ())
    }

    /// Writes text to a stream such as `stdout`: `caller.print(stream, format_args!("{n}\n"))`.
    /// What is longer than 8192 bytes is written in pieces.
    pub fn print(&mut self, stream: u64, text: fmt::Arguments<'_>) -> SyscallResult<()> {
        let mut printing = Printing {
            caller: self,
            stream,
            length: 0,
            result: Ok(()),
        };
        // its errors are those that it keeps
        let _ = fmt::write(&mut printing, text);
        printing.flush();
        printing.result
    }

    /// Ends the domain with a status; the process goes on, without a kernel.
    pub fn exit(&mut self, status: u8) -> SyscallResult<()> {
        let mut entry = entry(abi::OP_EXIT, 0);
        entry.len = u32::from(status);
        // SAFETY: names no memory.
        unsafe { self.call(&entry) }.map(|_| ())
    }
}

/// An entry of which all but the opcode and the capability is 0.
fn entry(opcode: u8, capability_id: u64) -> SubmissionEntryV2 {
    SubmissionEntryV2 {
        opcode,
        capability_id,
        ..SubmissionEntryV2::ZERO
    }
}

fn transfer(opcode: u8, capability: u64, data: &[u8], auxiliary: [u64; 2]) -> SubmissionEntryV2 {
    SubmissionEntryV2 {
        addr: data.as_ptr() as u64,
        // a longer one is moved in part, as the interface allows
        len: u32::try_from(data.len())
            .unwrap_or(u32::MAX)
            .min(0x7FFF_F000),
        auxiliary,
        ..entry(opcode, capability)
    }
}

/// Text on its way through the caller's own piece of the arena.
struct Printing<'a> {
    caller: &'a mut Caller,
    stream: u64,
    length: usize,
    result: SyscallResult<()>,
}

impl Printing<'_> {
    fn flush(&mut self) {
        let mut done = 0;
        while done < self.length && self.result.is_ok() {
            let mut entry = entry(abi::OP_WRITE, self.stream);
            entry.addr = self.caller.text[done..].as_ptr() as u64;
            entry.len = (self.length - done) as u32;
            entry.auxiliary[0] = CURRENT_POSITION;
            // SAFETY: the entry names the caller's own text.
            match unsafe { self.caller.call(&entry) } {
                Ok(0) => self.result = Err(SyscallError::IoError),
                Ok(written) => done += written as usize,
                Err(error) => self.result = Err(error),
            }
        }
        self.length = 0;
    }
}

impl fmt::Write for Printing<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.as_bytes().chunks(TEXT_SIZE) {
            if piece.len() > TEXT_SIZE - self.length {
                self.flush();
            }
            self.caller.text[self.length..self.length + piece.len()].copy_from_slice(piece);
            self.length += piece.len();
        }
        self.result.map_err(|_| fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transfer_names_all_of_its_data() {
        let data = [0u8; 10];
        let made = transfer(abi::OP_SEND, 7, &data, [1, 2]);
        assert_eq!(made.addr, data.as_ptr() as u64);
        assert_eq!((made.len, made.capability_id), (10, 7));
        assert_eq!((made.opcode, made.auxiliary), (11, [1, 2]));
        assert_eq!((made.flags, made.reserved1, made.padding), (0, 0, 0));
    }
}
