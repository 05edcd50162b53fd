// SPDX-License-Identifier: Apache-2.0
//! The snippets of the specification, as they stand there, in a program that runs them: it ends
//! with 0 if each of them succeeds. It needs a grant `in` with the rights DUP, READ and WRITE.
#![no_std]
#![no_main]

use ringfence::start::Arguments;
use ringfence::{syscall, Guest, Rights, SyscallError, SyscallResult};

ringfence::entry!(main);

/// What a program ends with where there is no kernel.
const NO_KERNEL: u8 = 125;

fn setup() -> SyscallResult<u64> {
    let entries = 256;
    let flags = 0;
    let base_addr = syscall::io_uring_setup(entries, flags)?;
    // Initialize Ring struct from base_addr
    Ok(base_addr)
}

fn enter() -> SyscallResult<()> {
    // After writing to SQ ring...
    syscall::io_uring_enter(0, 0)?;
    Ok(())
}

fn dup(old_cap: u64) -> SyscallResult<u64> {
    let new_cap = syscall::capability_dup(old_cap, Rights::READ | Rights::WRITE)?;
    Ok(new_cap)
}

fn revoke(cap_id: u64) -> SyscallResult<()> {
    syscall::capability_revoke(cap_id)?;
    Ok(())
}

fn run(guest: &Guest) -> SyscallResult<()> {
    let second = setup()?;
    enter()?;
    let new_cap = dup(guest.capability("in")?)?;
    revoke(new_cap)?;
    match (second > guest.ring.base(), revoke(new_cap)) {
        (true, Err(SyscallError::InvalidHandle)) => Ok(()),
        _ => Err(SyscallError::InternalError),
    }
}

fn main(_: Arguments) -> u8 {
    match Guest::start(8, 0) {
        Ok(guest) => u8::from(run(&guest).is_err()),
        Err(_) => NO_KERNEL,
    }
}
