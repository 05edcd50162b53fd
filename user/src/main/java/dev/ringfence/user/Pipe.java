// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

/**
 * One end of a byte stream: a pipe, or a standard stream of whatever kind.
 *
 * <p>Calls from several threads on one object take turns, so that their bytes do not mix, and so
 * that however many threads wait on a silent stream, they hold one transfer buffer and not one
 * each.
 */
public abstract sealed class Pipe extends Capability permits PipeSource, PipeSink {

  private final Turn turn = new Turn();

  Pipe(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /** Waits for this thread's turn; {@link #endTurn} must follow. */
  final void takeTurn() {
    turn.take(this);
  }

  final void endTurn() {
    turn.end();
  }
}
