// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SocketAddress;
import dev.ringfence.abi.SocketKind;

/**
 * What the kernel knows of a socket.
 *
 * @param origin the hold on the NETWORK that it came from, which stays as long as the socket
 * @param network what it may talk to
 * @param family {@link SocketAddress#FAMILY_IPV4} and its siblings
 * @param kind {@link SocketKind#STREAM} or {@link SocketKind#DATAGRAM}
 */
record SocketHold(HeldResource origin, Network network, int family, int kind) {}
