// SPDX-License-Identifier: Apache-2.0
//! The V2 system call interface of Ringfence, for guests: programs in a process of their own that
//! do all their I/O by four system calls and by rings in shared memory, and that can name only what
//! they were granted.
//!
//! Start with [`Guest::start`]: it sets up the first ring, and gives the arena, the grants by name,
//! and blocking operations ([`Caller`]). [`Ring`] is for many operations at once. [`syscall`] has
//! the four calls as the specification writes them.
//!
//! With the feature `start` a program needs no libc: [`entry!`] names its main function.
//!
//! ```no_run
//! use ringfence::{Guest, Rights, SyscallResult};
//!
//! fn first_bytes(guest: &mut Guest) -> SyscallResult<usize> {
//!     let place = guest.locate("in/notes.txt")?;
//!     let file = guest.caller.open_place(&place, 0, 0, Rights::READ)?;
//!     let data = guest.arena.take(4096, 64)?;
//!     guest.caller.read(file, data, 0)
//! }
//! ```
#![no_std]
#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

#[cfg(not(target_arch = "x86_64"))]
compile_error!("guests make their system calls as on x86-64");

#[cfg(test)]
extern crate std;

#[rustfmt::skip]
pub mod abi;
mod arena;
mod caller;
mod error;
mod guest;
mod rights;
mod ring;
#[cfg(feature = "start")]
pub mod start;
pub mod syscall;

pub use abi::{CompletionEntryV2, SubmissionEntryV2, SyscallError};
pub use arena::Arena;
pub use caller::Caller;
pub use error::SyscallResult;
pub use guest::{Guest, Place};
pub use rights::Rights;
pub use ring::Ring;
