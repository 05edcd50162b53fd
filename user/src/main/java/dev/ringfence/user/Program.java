// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.util.List;

/**
 * A program that runs in a domain: what it may touch is what its session was granted.
 *
 * <p>{@code ringfence run --classpath CP --dir data=/srv/data my.Program} makes an object with the
 * public constructor without parameters and calls {@link #run} once.
 */
@FunctionalInterface
public interface Program {

  /**
   * Does the work.
   *
   * @param session the grants, the memory, and the standard streams; it is closed after the return
   * @param arguments what followed the program's name on the command line
   * @return the exit status, 0 to 255; 0 is success
   * @throws Exception if the work failed: its message is shown and the exit status is 1
   */
  int run(Session session, List<String> arguments) throws Exception;
}
