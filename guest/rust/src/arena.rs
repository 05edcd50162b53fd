// SPDX-License-Identifier: Apache-2.0
//! Memory that operations may name.

use crate::{SyscallError, SyscallResult};

/// The domain's shared memory, divided up from front to back. What was taken is never given back, so
/// every piece is the taker's alone, for good.
#[derive(Debug)]
pub struct Arena {
    next: usize,
    end: usize,
}

impl Arena {
    /// An arena over memory.
    ///
    /// # Safety
    ///
    /// `size` bytes from `start` on are mapped, can be read and written, and nobody else uses them,
    /// for as long as the program runs.
    pub unsafe fn new(start: u64, size: u64) -> Arena {
        Arena {
            next: start as usize,
            end: start as usize + size as usize,
        }
    }

    /// Takes memory, which is 0 if the program's other parts did not write there; `OutOfMemory` if
    /// that much is not left. `alignment` is a power of two.
    pub fn take(&mut self, size: usize, alignment: usize) -> SyscallResult<&'static mut [u8]> {
        let start = self.place(size, alignment)?;
        // SAFETY: inside what `new` was promised, and handed out once.
        Ok(unsafe { core::slice::from_raw_parts_mut(start as *mut u8, size) })
    }

    /// Takes memory for a number or a structure of numbers, which is 0.
    pub(crate) fn take_for<T>(&mut self) -> SyscallResult<*mut T> {
        Ok(self.place(size_of::<T>(), align_of::<T>())? as *mut T)
    }

    fn place(&mut self, size: usize, alignment: usize) -> SyscallResult<usize> {
        let start = self
            .next
            .checked_next_multiple_of(alignment)
            .ok_or(SyscallError::OutOfMemory)?;
        match start.checked_add(size) {
            Some(end) if end <= self.end => {
                self.next = end;
                Ok(start)
            }
            _ => Err(SyscallError::OutOfMemory),
        }
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.end - self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;

    #[test]
    fn pieces_are_aligned_and_do_not_overlap() {
        let memory = Box::leak(std::vec![0u64; 32].into_boxed_slice());
        let start = memory.as_ptr() as u64;
        // SAFETY: leaked, and used by nobody else.
        let mut arena = unsafe { Arena::new(start, 256) };
        let first = arena.take(1, 1).unwrap();
        let second = arena.take(8, 8).unwrap();
        assert_eq!(first.as_ptr() as u64, start);
        assert_eq!(second.as_ptr() as u64, start + 8);
        assert_eq!(arena.left(), 240);
        assert_eq!(arena.take(241, 1), Err(SyscallError::OutOfMemory));
        assert_eq!(arena.take(usize::MAX, 8), Err(SyscallError::OutOfMemory));
        assert_eq!(arena.take(1, 1 << 63), Err(SyscallError::OutOfMemory));
        assert_eq!(arena.take(240, 8).unwrap().len(), 240);
        assert_eq!(arena.take(1, 1), Err(SyscallError::OutOfMemory));
        assert_eq!(arena.take(0, 1).unwrap().len(), 0);
    }
}
