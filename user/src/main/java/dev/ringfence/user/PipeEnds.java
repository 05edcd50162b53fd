// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

/**
 * A new pipe.
 *
 * @param source where its bytes come out
 * @param sink where they go in
 */
public record PipeEnds(PipeSource source, PipeSink sink) implements AutoCloseable {

  /** Closes both ends. */
  @Override
  public void close() {
    sink.close();
    source.close();
  }
}
