// SPDX-License-Identifier: Apache-2.0
//! A ring: many operations at once.

use crate::abi::{Doorbell, Info};
use crate::abi::{
    InfoRow, RingHeader, CQ_HEADER_OFFSET, DOORBELL_OFFSET, FEATURE_SQPOLL, INFO_OFFSET,
    INFO_ROWS_MAX, RING_MAGIC, RING_POISONED, RING_VERSION, SQ_HEADER_OFFSET,
};
use crate::{syscall, CompletionEntryV2, SubmissionEntryV2, SyscallError, SyscallResult};
use core::mem::offset_of;
use core::sync::atomic::{fence, AtomicU32, AtomicU8, Ordering};

/// How often [`Ring::wait`] looks by itself at a ring that a kernel thread polls.
const SPINS: u32 = 2000;

/// One thread's view of its ring. The two indices that the program owns are kept here, and what the
/// kernel wrote once is read once.
#[derive(Debug)]
pub struct Ring {
    base: u64,
    sq_entries: *mut SubmissionEntryV2,
    cq_entries: *const CompletionEntryV2,
    sq_mask: u32,
    cq_mask: u32,
    sq_tail: u32,
    cq_head: u32,
    features: u32,
}

// SAFETY: a ring may be used by any thread, by one at a time.
unsafe impl Send for Ring {}

impl Ring {
    /// The ring whose context is at this address; `InvalidState` if none of this version is there.
    ///
    /// # Safety
    ///
    /// `base` is what [`syscall::io_uring_setup`] returned, and no other `Ring` has it.
    pub unsafe fn from_base(base: u64) -> SyscallResult<Ring> {
        // SAFETY: a context has both headers, and both entries where they say.
        let (sq, cq) = unsafe {
            (
                ((base + u64::from(SQ_HEADER_OFFSET)) as *const RingHeader).read(),
                ((base + u64::from(CQ_HEADER_OFFSET)) as *const RingHeader).read(),
            )
        };
        if sq.magic != RING_MAGIC || sq.version != RING_VERSION {
            return Err(SyscallError::InvalidState);
        }
        Ok(Ring {
            base,
            sq_entries: (base + u64::from(sq.entries_offset)) as *mut SubmissionEntryV2,
            cq_entries: (base + u64::from(cq.entries_offset)) as *const CompletionEntryV2,
            sq_mask: sq.ring_mask,
            cq_mask: cq.ring_mask,
            // the indices need not start at 0
            sq_tail: sq.tail,
            cq_head: cq.head,
            features: sq.features,
        })
    }

    /// The address of its context.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// What the kernel can do, `abi::FEATURE_…`.
    pub fn features(&self) -> u32 {
        self.features
    }

    /// Where the domain's arena starts, and how many bytes it has.
    pub fn arena(&self) -> (u64, u64) {
        // SAFETY: the header was there when the ring was made, and stays.
        let sq = unsafe { ((self.base + u64::from(SQ_HEADER_OFFSET)) as *const RingHeader).read() };
        // modulo 2^64: the arena may lie before the ring
        (self.base.wrapping_add(sq.arena_offset), sq.arena_size)
    }

    /// What the domain was granted under this name at its start.
    pub fn granted(&self, name: &str) -> Option<InfoRow> {
        let info = (self.base + u64::from(INFO_OFFSET)) as *const Info;
        // SAFETY: the page is part of the context; the kernel wrote it once.
        let count = unsafe { (&raw const (*info).count).read() }.min(INFO_ROWS_MAX);
        (0..count as usize)
            // SAFETY: rows up to count are on the page.
            .map(|row| unsafe { (&raw const (*info).rows[row]).read() })
            .find(|row| row.name.get(..row.name_length as usize) == Some(name.as_bytes()))
    }

    /// True once the kernel has found an impossible index: this ring is served no more.
    pub fn is_poisoned(&self) -> bool {
        let flags = self.word(CQ_HEADER_OFFSET, offset_of!(RingHeader, flags));
        flags.load(Ordering::Relaxed) & RING_POISONED != 0
    }

    /// Copies an entry into the submission queue, unseen by the kernel until [`Ring::submit`] or
    /// [`Ring::wait`]. `WouldBlock` when the queue is full: submit or pop, then try again.
    ///
    /// # Safety
    ///
    /// The memory that the entry names is not used until its completion was popped, but as the
    /// operation allows.
    pub unsafe fn push(&mut self, entry: &SubmissionEntryV2) -> SyscallResult<()> {
        let head = self.word(SQ_HEADER_OFFSET, offset_of!(RingHeader, head));
        // acquire: the kernel has copied the old entry of this slot before it moved the head
        if self.sq_tail.wrapping_sub(head.load(Ordering::Acquire)) > self.sq_mask {
            return Err(SyscallError::WouldBlock);
        }
        // SAFETY: the index is masked, and the slot is the program's until the tail is published.
        unsafe {
            self.sq_entries
                .add((self.sq_tail & self.sq_mask) as usize)
                .write(*entry);
        }
        self.sq_tail = self.sq_tail.wrapping_add(1);
        Ok(())
    }

    /// Makes what was pushed visible; true if the kernel must be told by a call.
    fn publish(&self) -> bool {
        // release: the entries before the tail that tells of them
        self.word(SQ_HEADER_OFFSET, offset_of!(RingHeader, tail))
            .store(self.sq_tail, Ordering::Release);
        if self.features & FEATURE_SQPOLL == 0 {
            return true;
        }
        // The kernel stores needs_wakeup, fences, loads the tail; one of the two sees the other.
        fence(Ordering::SeqCst);
        let place =
            self.base + u64::from(DOORBELL_OFFSET) + offset_of!(Doorbell, needs_wakeup) as u64;
        // SAFETY: a byte of the doorbell, which both sides access atomically.
        let needs_wakeup = unsafe { AtomicU8::from_ptr(place as *mut u8) };
        needs_wakeup.load(Ordering::Relaxed) != 0
    }

    /// Publishes what was pushed, and enters if that is needed.
    pub fn submit(&mut self) -> SyscallResult<()> {
        if self.publish() {
            syscall::io_uring_enter(self.base, 0)?;
        }
        Ok(())
    }

    /// Publishes what was pushed, and waits until `count` completions can be popped. It returns
    /// with fewer when no more can come: count what is popped.
    pub fn wait(&mut self, count: u32) -> SyscallResult<()> {
        if !self.publish() {
            for _ in 0..SPINS {
                if self.ready() >= count {
                    return Ok(());
                }
                core::hint::spin_loop();
            }
        }
        let wait_for = self.word(CQ_HEADER_OFFSET, offset_of!(RingHeader, wait_for));
        wait_for.store(count, Ordering::Relaxed);
        let result = syscall::io_uring_enter(self.base, 0);
        wait_for.store(0, Ordering::Relaxed);
        result
    }

    /// How many completions can be popped now.
    pub fn ready(&self) -> u32 {
        self.word(CQ_HEADER_OFFSET, offset_of!(RingHeader, tail))
            .load(Ordering::Acquire)
            .wrapping_sub(self.cq_head)
    }

    /// Takes one completion, if there is one now.
    pub fn pop(&mut self) -> Option<CompletionEntryV2> {
        if self.ready() == 0 {
            return None;
        }
        // SAFETY: the index is masked, and the slot is the program's until the head is stored.
        let completion = unsafe {
            self.cq_entries
                .add((self.cq_head & self.cq_mask) as usize)
                .read()
        };
        self.cq_head = self.cq_head.wrapping_add(1);
        // release: the entry is copied before its slot is the kernel's again
        self.word(CQ_HEADER_OFFSET, offset_of!(RingHeader, head))
            .store(self.cq_head, Ordering::Release);
        Some(completion)
    }

    fn word(&self, header: u32, offset: usize) -> &'static AtomicU32 {
        let place = self.base + u64::from(header) + offset as u64;
        // SAFETY: an aligned word of a header, which lives as long as the domain does.
        unsafe { AtomicU32::from_ptr(place as *mut u32) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{INFO_MAGIC, OP_NOP, PAGE_SIZE, SQ_ENTRIES_OFFSET};
    use std::boxed::Box;
    use std::thread;

    const ENTRIES: u32 = 4;
    const CQ_ENTRIES_OFFSET: u32 = SQ_ENTRIES_OFFSET + PAGE_SIZE;
    const FIRST: u32 = u32::MAX - 5; // the indices wrap soon

    #[repr(C, align(4096))]
    struct Context([u8; 6 * 4096]);

    /// A context as the kernel lays it out, of a ring that a kernel thread polls: while that is
    /// awake no call is made.
    fn context() -> u64 {
        let base = Box::leak(Box::new(Context([0; 6 * 4096]))) as *mut Context as u64;
        let header = |offset: u32, entries: u32, entries_offset: u32| RingHeader {
            head: FIRST,
            tail: FIRST,
            ring_mask: entries - 1,
            ring_entries: entries,
            features: FEATURE_SQPOLL,
            entries_offset,
            magic: RING_MAGIC,
            version: RING_VERSION,
            arena_offset: (offset as u64).wrapping_sub(8192),
            arena_size: 12345,
            ..RingHeader::ZERO
        };
        // SAFETY: the memory was just allocated, and is large enough.
        unsafe {
            *((base + u64::from(SQ_HEADER_OFFSET)) as *mut RingHeader) =
                header(SQ_HEADER_OFFSET, ENTRIES, SQ_ENTRIES_OFFSET);
            *((base + u64::from(CQ_HEADER_OFFSET)) as *mut RingHeader) =
                header(CQ_HEADER_OFFSET, 2 * ENTRIES, CQ_ENTRIES_OFFSET);
        }
        base
    }

    fn ring(base: u64) -> Ring {
        // SAFETY: a context that nobody else has.
        unsafe { Ring::from_base(base) }.unwrap()
    }

    fn nop(user_data: u64) -> SubmissionEntryV2 {
        SubmissionEntryV2 {
            opcode: OP_NOP,
            user_data,
            ..SubmissionEntryV2::ZERO
        }
    }

    /// What the kernel does: takes entries in order, answers each with its own user_data.
    fn serve(base: u64, count: u32) {
        let word = |header: u32, offset: usize| {
            // SAFETY: a word of the context.
            unsafe { AtomicU32::from_ptr((base + u64::from(header) + offset as u64) as *mut u32) }
        };
        let sq_tail = word(SQ_HEADER_OFFSET, offset_of!(RingHeader, tail));
        let sq_head = word(SQ_HEADER_OFFSET, offset_of!(RingHeader, head));
        let cq_tail = word(CQ_HEADER_OFFSET, offset_of!(RingHeader, tail));
        let cq_head = word(CQ_HEADER_OFFSET, offset_of!(RingHeader, head));
        let mut taken = sq_head.load(Ordering::Relaxed);
        for _ in 0..count {
            while sq_tail.load(Ordering::Acquire) == taken
                || cq_tail
                    .load(Ordering::Relaxed)
                    .wrapping_sub(cq_head.load(Ordering::Acquire))
                    == 2 * ENTRIES
            {
                thread::yield_now();
            }
            let index = u64::from(taken & (ENTRIES - 1));
            // SAFETY: inside the queues.
            unsafe {
                let entry =
                    (base + u64::from(SQ_ENTRIES_OFFSET) + index * 64) as *const SubmissionEntryV2;
                let posted = cq_tail.load(Ordering::Relaxed);
                let place = u64::from(posted & (2 * ENTRIES - 1));
                let completion =
                    (base + u64::from(CQ_ENTRIES_OFFSET) + place * 32) as *mut CompletionEntryV2;
                completion.write(CompletionEntryV2 {
                    user_data: (*entry).user_data,
                    result: 1,
                    ..CompletionEntryV2::ZERO
                });
                taken = taken.wrapping_add(1);
                sq_head.store(taken, Ordering::Release);
                cq_tail.store(posted.wrapping_add(1), Ordering::Release);
            }
        }
    }

    #[test]
    fn a_full_queue_would_block_until_the_kernel_took_an_entry() {
        let base = context();
        let mut ring = ring(base);
        for i in 0..u64::from(ENTRIES) {
            // SAFETY: a NOP names no memory.
            assert_eq!(unsafe { ring.push(&nop(i)) }, Ok(()));
        }
        // SAFETY: likewise.
        assert_eq!(unsafe { ring.push(&nop(9)) }, Err(SyscallError::WouldBlock));
        ring.submit().unwrap();
        serve(base, 1);
        // SAFETY: likewise.
        assert_eq!(unsafe { ring.push(&nop(9)) }, Ok(()));
        assert_eq!(ring.pop().map(|completion| completion.user_data), Some(0));
        assert!(ring.pop().is_none());
    }

    #[test]
    fn nothing_is_seen_before_it_is_submitted() {
        let base = context();
        let mut ring = ring(base);
        // SAFETY: a NOP names no memory.
        unsafe { ring.push(&nop(1)) }.unwrap();
        let tail = ring.word(SQ_HEADER_OFFSET, offset_of!(RingHeader, tail));
        assert_eq!(tail.load(Ordering::Relaxed), FIRST);
        ring.submit().unwrap();
        assert_eq!(tail.load(Ordering::Relaxed), FIRST + 1);
    }

    #[test]
    fn every_entry_gets_its_completion_across_the_wrap_of_the_indices() {
        const COUNT: u32 = 10_000;
        let base = context();
        let mut ring = ring(base);
        let kernel = thread::spawn(move || serve(base, COUNT));
        let (mut pushed, mut popped) = (0u64, 0u64);
        while popped < u64::from(COUNT) {
            // SAFETY: a NOP names no memory.
            while pushed < u64::from(COUNT) && unsafe { ring.push(&nop(pushed)) }.is_ok() {
                pushed += 1;
            }
            ring.submit().unwrap();
            while let Some(completion) = ring.pop() {
                assert_eq!((completion.user_data, completion.result), (popped, 1));
                popped += 1;
            }
        }
        kernel.join().unwrap();
        assert_eq!(ring.ready(), 0);
    }

    #[test]
    fn a_wait_for_what_is_there_makes_no_call() {
        let base = context();
        let mut ring = ring(base);
        // SAFETY: a NOP names no memory.
        unsafe { ring.push(&nop(1)) }.unwrap();
        ring.submit().unwrap();
        serve(base, 1);
        assert_eq!(ring.wait(1), Ok(()));
        assert_eq!(ring.ready(), 1);
    }

    #[test]
    fn a_sleeping_kernel_is_woken_by_a_call() {
        let base = context();
        let mut ring = ring(base);
        // SAFETY: a byte of the doorbell.
        unsafe { *((base + u64::from(DOORBELL_OFFSET) + 4) as *mut u8) = 1 };
        // there is no kernel of ours behind the call here, so it fails; but it was made
        assert_eq!(ring.submit(), Err(SyscallError::InternalError));
    }

    #[test]
    fn grants_are_found_by_their_whole_names() {
        let base = context();
        let row = |name: &str, capability_id| {
            let mut row = InfoRow {
                capability_id,
                name_length: name.len() as u32,
                ..InfoRow::ZERO
            };
            row.name[..name.len()].copy_from_slice(name.as_bytes());
            row
        };
        let mut info = Info {
            magic: INFO_MAGIC,
            count: 2,
            ..Info::ZERO
        };
        info.rows[0] = row("database", 7);
        info.rows[1] = row("data", 8);
        info.rows[2] = row("beyond", 9);
        // SAFETY: the page is part of the context.
        unsafe { *((base + u64::from(INFO_OFFSET)) as *mut Info) = info };
        let ring = ring(base);
        assert_eq!(ring.granted("data").map(|row| row.capability_id), Some(8));
        assert_eq!(
            ring.granted("database").map(|row| row.capability_id),
            Some(7)
        );
        assert!(ring.granted("dat").is_none());
        assert!(ring.granted("").is_none());
        assert!(ring.granted("beyond").is_none());
    }

    #[test]
    fn the_arena_may_lie_before_the_ring() {
        let base = context();
        assert_eq!(ring(base).arena(), (base - 8192, 12345));
    }

    #[test]
    fn what_is_no_ring_is_refused_and_poison_is_seen() {
        let base = context();
        let good = ring(base);
        assert!(!good.is_poisoned());
        good.word(CQ_HEADER_OFFSET, offset_of!(RingHeader, flags))
            .store(RING_POISONED, Ordering::Relaxed);
        assert!(good.is_poisoned());
        good.word(SQ_HEADER_OFFSET, offset_of!(RingHeader, version))
            .store(2, Ordering::Relaxed);
        // SAFETY: the other ring is used no more.
        let other = unsafe { Ring::from_base(base) };
        assert_eq!(other.err(), Some(SyscallError::InvalidState));
    }
}
