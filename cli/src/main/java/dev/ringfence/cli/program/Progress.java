// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

/** Where a long job tells how far it is. Whoever starts the program decides whether it is shown. */
public interface Progress extends AutoCloseable {

  /** Nobody looks. */
  Progress NONE =
      new Progress() {
        @Override
        public boolean visible() {
          return false;
        }

        @Override
        public void begin(String title, long bytes) {}

        @Override
        public void advance(long bytes) {}

        @Override
        public void close() {}
      };

  /** False if finding out how much there is to do would be wasted. */
  boolean visible();

  /** A stage of the job begins, of so many bytes. */
  void begin(String title, long bytes);

  /** So many bytes more are done. Any thread. */
  void advance(long bytes);

  /** The job is over: removes what is shown. */
  @Override
  void close();
}
