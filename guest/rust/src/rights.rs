// SPDX-License-Identifier: Apache-2.0
//! What a capability permits.

use core::fmt;
use core::ops::{BitAnd, BitOr, BitOrAssign, Sub};

/// A set of rights: `Rights::READ | Rights::WRITE`. Bits that are no right stay as they are; the
/// kernel refuses them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rights(u64);

impl Rights {
    /// The set with this mask.
    pub const fn from_bits(bits: u64) -> Rights {
        Rights(bits)
    }

    /// Its mask, as the interface has it.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// True if each of the others is here.
    pub const fn contains(self, others: Rights) -> bool {
        self.0 & others.0 == others.0
    }
}

impl BitOr for Rights {
    type Output = Rights;

    fn bitor(self, other: Rights) -> Rights {
        Rights(self.0 | other.0)
    }
}

impl BitOrAssign for Rights {
    fn bitor_assign(&mut self, other: Rights) {
        self.0 |= other.0;
    }
}

impl BitAnd for Rights {
    type Output = Rights;

    fn bitand(self, other: Rights) -> Rights {
        Rights(self.0 & other.0)
    }
}

impl Sub for Rights {
    type Output = Rights;

    fn sub(self, other: Rights) -> Rights {
        Rights(self.0 & !other.0)
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Rights({:#x})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Rights;

    #[test]
    fn rights_are_sets() {
        let both = Rights::READ | Rights::WRITE;
        assert_eq!(both.bits(), 3);
        assert!(both.contains(Rights::WRITE) && both.contains(Rights::NONE));
        assert!(!both.contains(Rights::READ | Rights::SEEK));
        assert_eq!(both - Rights::READ, Rights::WRITE);
        assert_eq!(both & Rights::READ_ONLY, Rights::READ);
        assert!(Rights::ALL.contains(Rights::DIRECTORY_FULL | Rights::SOCKET_SERVER));
        let mut grown = Rights::default();
        grown |= Rights::DUP;
        assert_eq!(grown, Rights::DUP);
    }
}
