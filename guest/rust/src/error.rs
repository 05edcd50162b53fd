// SPDX-License-Identifier: Apache-2.0
//! Results: there is no errno.

use crate::SyscallError;
use core::fmt;

/// What a call or an operation answers.
pub type SyscallResult<T> = Result<T, SyscallError>;

impl SyscallError {
    /// Its number, 1 to 65535.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The error with this number, if there is one.
    pub fn from_code(code: u16) -> Option<SyscallError> {
        SyscallError::ALL
            .into_iter()
            .find(|error| error.code() == code)
    }

    /// What a result register, or the `result` of a completion, says. Below 0 it is minus the code
    /// of an error; one that is unknown here comes from a newer kernel and is an internal error.
    pub fn check(result: i64) -> SyscallResult<u64> {
        if result >= 0 {
            return Ok(result as u64);
        }
        Err(u16::try_from(result.unsigned_abs())
            .ok()
            .and_then(SyscallError::from_code)
            .unwrap_or(SyscallError::InternalError))
    }
}

impl fmt::Display for SyscallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl core::error::Error for SyscallError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_found_by_its_code() {
        for error in SyscallError::ALL {
            assert_eq!(SyscallError::from_code(error.code()), Some(error));
            assert_eq!(SyscallError::check(-i64::from(error.code())), Err(error));
        }
    }

    #[test]
    fn success_carries_its_value() {
        assert_eq!(SyscallError::check(0), Ok(0));
        assert_eq!(SyscallError::check(i64::MAX), Ok(i64::MAX as u64));
    }

    #[test]
    fn an_unknown_error_is_an_internal_one() {
        for result in [-0x77, -0x10001, -38, i64::MIN] {
            assert_eq!(
                SyscallError::check(result),
                Err(SyscallError::InternalError)
            );
        }
        assert_eq!(SyscallError::from_code(0), None);
    }

    #[test]
    fn an_error_is_shown_by_its_name() {
        assert_eq!(
            std::format!("{}", SyscallError::NotADirectory),
            "NotADirectory"
        );
    }
}
