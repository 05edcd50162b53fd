// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

/**
 * A socket of which the kernel tells its rights, but not its kind: one that came through a {@link
 * Channel}, or that was granted. The program knows from what it agreed on with the sender which of
 * the three it is, and says so once; this object is closed by that. A wrong word shows in the first
 * operation, which fails.
 */
public final class ReceivedSocket extends Socket {

  ReceivedSocket(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /** It is a connected stream. */
  public StreamSocket asStream() {
    return new StreamSocket(calls(), authority(), name(), handOver(), rights());
  }

  /** It is a listener. */
  public Listener asListener() {
    return new Listener(calls(), authority(), name(), handOver(), rights());
  }

  /** It is for datagrams. */
  public DatagramSocket asDatagrams() {
    return new DatagramSocket(calls(), authority(), name(), handOver(), rights());
  }
}
