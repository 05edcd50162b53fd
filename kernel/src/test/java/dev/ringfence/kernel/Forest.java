// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import org.jspecify.annotations.Nullable;

/** A kernel without rings, and domains to grow trees of capabilities in. */
final class Forest implements AutoCloseable {

  private static final Quotas QUOTAS =
      Quotas.defaults().withArenaBytes(4096).withMappedBytesMax(0).withCapabilitiesMax(1 << 20);

  final Kernel kernel = Kernel.open(EngineChoice.choose("portable"));
  final DerivationTree tree = kernel.tree();
  final Domain domain = another();
  final HeldResource held = new HeldResource(new Nothing());

  /** A resource that is nothing. */
  private static final class Nothing extends Resource {
    Nothing() {
      super(CapabilityType.FILE);
    }

    @Override
    public @Nullable SyscallError close() {
      return null;
    }
  }

  Domain another() {
    return kernel.domain("forest").quotas(QUOTAS).open();
  }

  /** Adds a capability; there must be room and a live parent. */
  Capability add(Domain to, @Nullable Capability parent) {
    Capability added = tree.add(to, parent, held, Rights.ALL, false);
    assertThat(added).isNotNull();
    return java.util.Objects.requireNonNull(added);
  }

  Capability add(@Nullable Capability parent) {
    return add(domain, parent);
  }

  @Override
  public void close() {
    kernel.close();
  }
}
