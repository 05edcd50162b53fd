// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

/**
 * What is left of a domain's quotas at one moment.
 *
 * @param capabilities how many more it may hold
 * @param operations how many more may be in flight
 * @param registeredBytes how much more memory it may register
 * @param mappedBytes how much more arena MMAP may give it
 * @param rings how many more it may make
 */
public record Allowance(
    long capabilities, long operations, long registeredBytes, long mappedBytes, long rings) {}
