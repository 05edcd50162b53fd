// SPDX-License-Identifier: Apache-2.0
//! `wc [NAME | NAME/PATH]...`: counts lines, words and bytes of files and streams, and their total;
//! of stdin without any. Its authority is what it was granted under those names, and stdout.
//!
//! What to look at: a word may go on in the next piece, so the counting is a state; each piece lies
//! in the arena, where the kernel puts it.
#![no_std]
#![no_main]

use ringfence::abi::{CURRENT_POSITION, TYPE_PIPE};
use ringfence::start::Arguments;
use ringfence::{Guest, Rights, SyscallError, SyscallResult};

ringfence::entry!(main);

/// What a program ends with where there is no kernel.
const NO_KERNEL: u8 = 125;

const BUFFER_SIZE: usize = 65536;

#[derive(Default)]
struct Counts {
    lines: u64,
    words: u64,
    bytes: u64,
    in_word: bool,
}

impl Counts {
    fn scan(&mut self, piece: &[u8]) {
        for &byte in piece {
            let space = byte == b' ' || (b'\t'..=b'\r').contains(&byte);
            self.lines += u64::from(byte == b'\n');
            self.words += u64::from(!space && !self.in_word);
            self.in_word = !space;
        }
        self.bytes += piece.len() as u64;
    }

    fn add(&mut self, other: &Counts) {
        self.lines += other.lines;
        self.words += other.words;
        self.bytes += other.bytes;
    }

    fn print(&self, guest: &mut Guest, stream: u64, name: &str) -> SyscallResult<()> {
        guest.caller.print(
            stream,
            format_args!(
                "{:8} {:8} {:10} {}\n",
                self.lines, self.words, self.bytes, name
            ),
        )
    }
}

fn count(guest: &mut Guest, name: &str, buffer: &mut [u8]) -> SyscallResult<Counts> {
    let place = guest.locate(name)?;
    let source = guest.caller.open_place(&place, 0, 0, Rights::READ)?;
    let mut counts = Counts::default();
    let result = loop {
        let offset = match place.grant.r#type {
            TYPE_PIPE => CURRENT_POSITION,
            _ => counts.bytes,
        };
        match guest.caller.read(source, buffer, offset) {
            Ok(0) => break Ok(()),
            Ok(length) => counts.scan(&buffer[..length]),
            Err(error) => break Err(error),
        }
    };
    guest.caller.close(source)?;
    result.map(|()| counts)
}

fn run(arguments: Arguments) -> SyscallResult<u8> {
    let Ok(mut guest) = Guest::start(1, 0) else {
        return Ok(NO_KERNEL);
    };
    let out = guest.capability("stdout")?;
    let err = guest.capability("stderr")?;
    let buffer = guest.arena.take(BUFFER_SIZE, 64)?;
    let mut total = Counts::default();
    let mut status = 0;
    let mut words = 0;
    let without = arguments.clone().next().is_none();
    let names = without.then_some("stdin").map(Ok).into_iter();
    let given = arguments.map(|word| word.to_str().map_err(|_| SyscallError::InvalidArgument));
    for name in names.chain(given) {
        let name_shown = name.unwrap_or("?");
        match name.and_then(|name| count(&mut guest, name, buffer)) {
            Ok(counts) => {
                counts.print(&mut guest, out, name_shown)?;
                total.add(&counts);
            }
            Err(error) => {
                status = 1;
                guest
                    .caller
                    .print(err, format_args!("wc: {name_shown}: {error}\n"))?;
            }
        }
        words += 1;
    }
    if words > 1 {
        total.print(&mut guest, out, "total")?;
    }
    Ok(status)
}

fn main(arguments: Arguments) -> u8 {
    run(arguments).unwrap_or(1)
}
