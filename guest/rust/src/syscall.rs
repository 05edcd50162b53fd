// SPDX-License-Identifier: Apache-2.0
//! The four system calls, as the specification writes them.
//!
//! The kernel touches the shared region only, never the program's own memory, whatever addresses it
//! is given.

use crate::abi::{
    SYS_CAPABILITY_DUP, SYS_CAPABILITY_REVOKE, SYS_IO_URING_ENTER, SYS_IO_URING_SETUP,
};
use crate::{Rights, SyscallError, SyscallResult};

/// Makes a system call, whichever; what came back in the register.
///
/// # Safety
///
/// The caller knows what the call does to memory.
#[cfg(not(feature = "inside"))]
pub unsafe fn raw(number: u64, argument0: u64, argument1: u64) -> i64 {
    let result: i64;
    // SAFETY: the instruction destroys rcx and r11 and uses no stack; the rest is promised above.
    unsafe {
        core::arch::asm!(
            "syscall",
            inlateout("rax") number as i64 => result,
            in("rdi") argument0,
            in("rsi") argument1,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// Where the calls go: what has loaded the library puts a function there, before anything else.
#[cfg(feature = "inside")]
#[export_name = "gate"]
static GATE: core::sync::atomic::AtomicUsize = core::sync::atomic::AtomicUsize::new(0);

/// Makes a system call, whichever; its result.
///
/// # Safety
///
/// The caller knows what the call does to memory.
#[cfg(feature = "inside")]
pub unsafe fn raw(number: u64, argument0: u64, argument1: u64) -> i64 {
    let gate = GATE.load(core::sync::atomic::Ordering::Relaxed);
    // SAFETY: the address of such a function, by agreement with what loads the library.
    let gate: extern "C" fn(u64, u64, u64) -> i64 = unsafe { core::mem::transmute(gate) };
    gate(number, argument0, argument1)
}

/// Makes a ring and maps its context; the context's address.
///
/// `entries` of the submission queue: a power of two, 1 to 32768. `flags`: `abi::SETUP_…`.
pub fn io_uring_setup(entries: u64, flags: u64) -> SyscallResult<u64> {
    // SAFETY: what is mapped was not there before.
    SyscallError::check(unsafe { raw(SYS_IO_URING_SETUP, entries, flags) })
}

/// Serves every ring (0, 0), one ring (its base, 0), or executes one entry (its address, and that
/// of its completion).
pub fn io_uring_enter(sqe_addr: u64, cqe_addr: u64) -> SyscallResult<()> {
    // SAFETY: what operations do to memory was promised by whoever made their entries.
    SyscallError::check(unsafe { raw(SYS_IO_URING_ENTER, sqe_addr, cqe_addr) }).map(|_| ())
}

/// Makes a child of a capability with the given rights, a subset of its own; the new id.
pub fn capability_dup(capability_id: u64, rights: Rights) -> SyscallResult<u64> {
    // SAFETY: touches no memory of the program.
    SyscallError::check(unsafe { raw(SYS_CAPABILITY_DUP, capability_id, rights.bits()) })
}

/// Ends a capability and everything derived from it, in every domain.
pub fn capability_revoke(handle: u64) -> SyscallResult<()> {
    // SAFETY: touches no memory of the program; what is in flight ends.
    SyscallError::check(unsafe { raw(SYS_CAPABILITY_REVOKE, handle, 0) }).map(|_| ())
}
