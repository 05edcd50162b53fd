// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.Rights;
import org.jspecify.annotations.Nullable;

/** From what the kernel tells about a capability to the object with its methods. */
final class Typed {

  private Typed() {}

  /** The end of a pipe is told by its rights: nobody can read and write at the same one. */
  static Capability of(
      DirectSubmission calls,
      Authority authority,
      String name,
      @Nullable CapabilityType type,
      long id,
      long rights) {
    return switch (type) {
      case FILE -> new File(calls, authority, name, id, rights);
      case DIRECTORY -> new Directory(calls, authority, name, id, rights);
      case PIPE ->
          Rights.includes(rights, Rights.READ)
              ? new PipeSource(calls, authority, name, id, rights)
              : new PipeSink(calls, authority, name, id, rights);
      case NETWORK -> new Network(calls, authority, name, id, rights);
      case SOCKET -> new ReceivedSocket(calls, authority, name, id, rights);
      case EVENT -> new Event(calls, authority, name, id, rights);
      case CHANNEL -> new Channel(calls, authority, name, id, rights);
      case BUFFER, SHARED_MEMORY, DOMAIN ->
          new OpaqueCapability(calls, authority, name, type, id, rights);
      case null -> new OpaqueCapability(calls, authority, name, null, id, rights);
    };
  }
}
