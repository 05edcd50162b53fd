// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.SyscallError;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.NotYetConnectedException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Goal: what java.nio throws on a network has the code that it has on io_uring. */
class FailuresTest {

  @Test
  void failuresOfNetworksAreTold() {
    Map<Exception, SyscallError> known =
        Map.ofEntries(
            Map.entry(new ConnectException("Connection refused"), SyscallError.CONNECTION_REFUSED),
            Map.entry(new PortUnreachableException(), SyscallError.CONNECTION_REFUSED),
            Map.entry(new ConnectException("Connection timed out"), SyscallError.TIMEOUT),
            Map.entry(
                new ConnectException("Network is unreachable"), SyscallError.NETWORK_UNREACHABLE),
            Map.entry(
                new NoRouteToHostException("No route to host"), SyscallError.HOST_UNREACHABLE),
            Map.entry(
                new SocketException("Connection reset by peer"), SyscallError.CONNECTION_RESET),
            Map.entry(new SocketException("Broken pipe"), SyscallError.BROKEN_PIPE),
            Map.entry(
                new SocketException("Software caused connection abort"),
                SyscallError.CONNECTION_ABORTED),
            Map.entry(new BindException("Address already in use"), SyscallError.ADDRESS_IN_USE),
            Map.entry(
                new BindException("Cannot assign requested address"),
                SyscallError.ADDRESS_NOT_AVAILABLE),
            Map.entry(new BindException("Permission denied"), SyscallError.PERMISSION_DENIED),
            Map.entry(new NotYetConnectedException(), SyscallError.NOT_CONNECTED),
            Map.entry(new AlreadyConnectedException(), SyscallError.INVALID_STATE));
    known.forEach(
        (thrown, error) -> assertThat(Failures.errorOf(thrown)).as("%s", thrown).isEqualTo(error));
  }
}
