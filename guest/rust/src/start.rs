// SPDX-License-Identifier: Apache-2.0
//! Beginning and end of a program without std: `_start`, its arguments, its exit, and the memory
//! functions that the compiler calls by itself.

use crate::{syscall, Caller};
use core::cell::UnsafeCell;
use core::ffi::{c_char, CStr};
use core::sync::atomic::{AtomicBool, Ordering};

const EXIT_GROUP: u64 = 231;

/// What a program that panics ends with.
const PANICKED: u8 = 101;

/// EXIT has a place of its own: the program's may be in use by another thread.
struct Kept(UnsafeCell<Option<Caller>>);

// SAFETY: written before `READY` is set, taken by whoever resets it.
unsafe impl Sync for Kept {}

static KEPT: Kept = Kept(UnsafeCell::new(None));
static READY: AtomicBool = AtomicBool::new(false);

/// Called once, when the first ring is there.
pub(crate) fn keep_for_exit(caller: Caller) {
    // SAFETY: nobody else looks before READY is set.
    unsafe { *KEPT.0.get() = Some(caller) };
    READY.store(true, Ordering::Release);
}

/// Ends the domain and the process. The operation EXIT comes first, so that the kernel knows the
/// status of a domain that is still its own.
pub fn exit(status: u8) -> ! {
    if READY.swap(false, Ordering::Acquire) {
        // SAFETY: READY was set, and only one thread can have reset it.
        if let Some(caller) = unsafe { (*KEPT.0.get()).as_mut() } {
            let _ = caller.exit(status); // the process ends whatever it says
        }
    }
    loop {
        // SAFETY: does not return.
        unsafe { syscall::raw(EXIT_GROUP, u64::from(status), 0) };
    }
}

/// Ends a program that panics; with no words, because it may have nobody to tell.
pub fn panicked() -> ! {
    exit(PANICKED)
}

/// The words of the command line, the program's own name left out.
#[derive(Clone, Debug)]
pub struct Arguments {
    next: *const *const c_char,
}

impl Arguments {
    /// What C calls argc and argv; the first word is the program's name, if there is one.
    ///
    /// # Safety
    ///
    /// The list and its words stay, and a null ends it.
    pub unsafe fn new(count: i32, words: *const *const c_char) -> Arguments {
        // SAFETY: there is a null at least.
        let next = unsafe { words.add(usize::from(count > 0)) };
        Arguments { next }
    }
}

impl Iterator for Arguments {
    type Item = &'static CStr;

    fn next(&mut self) -> Option<&'static CStr> {
        // SAFETY: `next` is within the list that Linux left on the stack, which a null ends.
        unsafe {
            let word = self.next.read();
            if word.is_null() {
                return None;
            }
            self.next = self.next.add(1);
            Some(CStr::from_ptr(word))
        }
    }
}

/// What `_start` jumps to; [`entry!`](crate::entry) calls it.
///
/// # Safety
///
/// `stack` is what the stack pointer was when the process began.
pub unsafe fn begin(stack: *const usize, main: fn(Arguments) -> u8) -> ! {
    // SAFETY: argc, then argv.
    let arguments = unsafe { Arguments::new(stack.read() as i32, stack.add(1).cast()) };
    exit(main(arguments))
}

/// Makes a function the program: `ringfence::entry!(main);` with `fn main(arguments: Arguments) ->
/// u8`, which returns the exit status. It brings `_start` and the panic handler.
#[cfg(not(feature = "inside"))]
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        ::core::arch::global_asm!(
            ".globl _start",
            ".type _start, @function",
            "_start:",
            "xor ebp, ebp",
            "mov rdi, rsp",
            "and rsp, -16",
            "call {begin}",
            "ud2",
            ".size _start, . - _start",
            begin = sym ringfence_begin,
        );

        unsafe extern "C" fn ringfence_begin(stack: *const usize) -> ! {
            // SAFETY: called by `_start` alone, with the first stack pointer.
            unsafe { $crate::start::begin(stack, $main) }
        }

        #[panic_handler]
        fn ringfence_panic(_: &::core::panic::PanicInfo<'_>) -> ! {
            $crate::start::panicked()
        }
    };
}

/// Makes a function the program of a library, which `rf_main(argc, argv)` runs.
#[cfg(feature = "inside")]
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[no_mangle]
        unsafe extern "C" fn rf_main(count: i32, words: *const *const ::core::ffi::c_char) -> i32 {
            // SAFETY: promised by what loaded the library.
            let arguments = unsafe { $crate::start::Arguments::new(count, words) };
            i32::from(($main as fn($crate::start::Arguments) -> u8)(arguments))
        }

        #[panic_handler]
        fn ringfence_panic(_: &::core::panic::PanicInfo<'_>) -> ! {
            loop {}
        }
    };
}

/// Copies memory that does not overlap.
///
/// # Safety
///
/// As the C function.
#[no_mangle]
pub unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, size: usize) -> *mut u8 {
    // SAFETY: promised by the caller. In assembly, because a loop would become a call of this.
    unsafe {
        core::arch::asm!(
            "rep movsb",
            inout("rcx") size => _,
            inout("rdi") to => _,
            inout("rsi") from => _,
            options(nostack, preserves_flags),
        );
    }
    to
}

/// Copies memory that may overlap.
///
/// # Safety
///
/// As the C function.
#[no_mangle]
pub unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, size: usize) -> *mut u8 {
    if (to as usize).wrapping_sub(from as usize) >= size {
        // SAFETY: the target does not begin inside the source.
        return unsafe { memcpy(to, from, size) };
    }
    // SAFETY: promised by the caller; size is not 0 here.
    unsafe {
        core::arch::asm!(
            "std",
            "rep movsb",
            "cld",
            inout("rcx") size => _,
            inout("rdi") to.add(size - 1) => _,
            inout("rsi") from.add(size - 1) => _,
            options(nostack),
        );
    }
    to
}

/// Fills memory.
///
/// # Safety
///
/// As the C function.
#[no_mangle]
pub unsafe extern "C" fn memset(to: *mut u8, value: i32, size: usize) -> *mut u8 {
    // SAFETY: promised by the caller.
    unsafe {
        core::arch::asm!(
            "rep stosb",
            inout("rcx") size => _,
            inout("rdi") to => _,
            in("al") value as u8,
            options(nostack, preserves_flags),
        );
    }
    to
}

/// Compares memory.
///
/// # Safety
///
/// As the C function.
#[no_mangle]
pub unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, size: usize) -> i32 {
    for i in 0..size {
        // SAFETY: promised by the caller.
        let (a, b) = unsafe { (left.add(i).read(), right.add(i).read()) };
        if a != b {
            return i32::from(a) - i32::from(b);
        }
    }
    0
}

/// Compares memory for equality.
///
/// # Safety
///
/// As the C function.
#[no_mangle]
pub unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, size: usize) -> i32 {
    // SAFETY: promised by the caller.
    unsafe { memcmp(left, right, size) }
}

/// The length of a text that a zero ends.
///
/// # Safety
///
/// As the C function.
#[no_mangle]
pub unsafe extern "C" fn strlen(text: *const c_char) -> usize {
    let mut length = 0;
    // SAFETY: promised by the caller.
    while unsafe { text.add(length).read() } != 0 {
        length += 1;
    }
    length
}

/// What unwinding would ask on its way. Nothing unwinds in a program that aborts when it panics,
/// but the compiled core of the language names it.
#[cfg(not(test))]
#[no_mangle]
pub extern "C" fn rust_eh_personality() {}
