// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

/** Where a capability's rights come from, for words about what is missing. */
record Authority(Grant grant, Remedy remedy) {}
