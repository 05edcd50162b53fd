// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.kernel.Quotas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A promise under load, on each engine, with rings that are entered and rings that are polled.
 *
 * <p>Each figure has a system property and a default that suits a build; the full figures take
 * minutes. Whatever happens, the kernel reports no internal error, keeps no descriptor, and what
 * lies beside the granted directory stays as it was.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.ringfence.conformance.Stress#settings")
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(Balance.class)
abstract class Stress {

  @Parameter Setting setting;

  @TempDir Path temporary;

  /** The directory that is granted. */
  Path tree;

  Kernel kernel;
  Canary canary;
  private KernelLog log;

  static Stream<Setting> settings() {
    return Setting.available().filter(each -> each.rings() != Setting.Rings.WRAPPING);
  }

  @BeforeEach
  final void openKernel() throws IOException {
    log = new KernelLog();
    tree = Files.createDirectory(temporary.resolve("tree"));
    canary = Canary.put(Files.createDirectory(temporary.resolve("outside")));
    kernel = setting.openKernel();
  }

  @AfterEach
  final void closeKernel() {
    kernel.close();
    log.close();
    canary.assertUntouched();
    assertThat(log.errors()).as("what the kernel reported").isEmpty();
  }

  /** Opens a domain with the granted directory as {@code root}, and both ends of a pipe. */
  final Domain opened(Quotas quotas) {
    Kernel.Pipe pipe = kernel.pipe();
    return kernel
        .domain("stress")
        .quotas(quotas)
        .directory("root", tree, Rights.ALL)
        .pipe("source", pipe.source(), Rights.ALL)
        .pipe("sink", pipe.sink(), Rights.ALL)
        .open();
  }

  /** What an engine opens when somebody first waits for a pipe is there before it is counted. */
  static void waitForPipe(Client client) {
    client.submit(client.read(client.grant("source"), client.memory().whole().first(1)));
    client.submit(client.cancelEverything());
    assertThat(client.collectAll()).hasSize(2);
  }

  final long ringFlags() {
    return setting.polled() ? SetupFlags.SQPOLL : 0;
  }

  /** A figure of a test: its property {@code ringfence.stress.}name, or the default. */
  static int figure(String name, int whenBuilding) {
    return Integer.getInteger("ringfence.stress." + name, whenBuilding);
  }

  /** Says what was measured. */
  final void say(String words) {
    System.out.println("stress: " + setting + ": " + words);
  }
}
