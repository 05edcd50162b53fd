// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

/**
 * What is wanted of a ring. What the kernel lacks is left out, see {@link IoUring#has}.
 *
 * @param submissions entries of the submission queue, 1 to 32768, rounded up to a power of two
 * @param completions entries of the completion queue, at least as many, up to 65536, rounded up too
 * @param threading who will use the ring
 * @param disabled submissions are refused (EBADFD) until {@link IoUring#enable}; with ONE_THREAD
 *     the enabling thread, not the opening one, becomes the ring's
 * @param withoutFlags IORING_SETUP bits not to try, as if the kernel did not know them
 */
public record RingOptions(
    int submissions, int completions, Threading threading, boolean disabled, int withoutFlags) {

  /** Who may use a ring. */
  public enum Threading {
    /**
     * One platform thread for the ring's whole life: SINGLE_ISSUER and DEFER_TASKRUN, so that
     * completions are worked off when the thread enters, not by interrupting it. Others get EEXIST.
     */
    ONE_THREAD,

    /**
     * Any thread, one at a time. No COOP_TASKRUN: an operation's end is worked off by the thread
     * that submitted it, and if that one computes on without entering the kernel, the ring's
     * present user would wait for it.
     */
    ANY_THREAD
  }

  /** A ring for any thread with twice as many completions. */
  public static RingOptions of(int submissions) {
    return new RingOptions(submissions, 2 * submissions, Threading.ANY_THREAD, false, 0);
  }

  /** The same for another kind of use. */
  public RingOptions with(Threading wanted) {
    return new RingOptions(submissions, completions, wanted, disabled, withoutFlags);
  }

  /** The same with another completion queue. */
  public RingOptions withCompletions(int entries) {
    return new RingOptions(submissions, entries, threading, disabled, withoutFlags);
  }

  /** The same, to be enabled later. */
  public RingOptions startingDisabled() {
    return new RingOptions(submissions, completions, threading, true, withoutFlags);
  }

  /** The same without IORING_SETUP bits. */
  public RingOptions without(int flags) {
    return new RingOptions(submissions, completions, threading, disabled, withoutFlags | flags);
  }
}
