// SPDX-License-Identifier: Apache-2.0
//! The examples bring their own `_start`, so the C library's is left out.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-examples=-nostartfiles");
}
