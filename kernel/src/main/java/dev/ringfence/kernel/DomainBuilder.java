// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.InfoPage;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.Resource;
import dev.ringfence.kernel.engine.SharedMemory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Says what a domain will hold, before it begins: the host's only way to hand authority to a
 * program. Not for several threads at once.
 */
public final class DomainBuilder {

  private static final Pattern PETNAME = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

  /** Room for a ring of the largest size and fifteen of 4096 entries, untouched pages are free. */
  private static final long RING_BYTES = 16L << 20;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Kernel kernel;
  private final Engine engine;
  private final String name;
  private final Map<String, Wish> wishes = new LinkedHashMap<>();
  private Quotas quotas = Quotas.defaults();

  private LongFunction<SharedMemory> allocator;
  private OptionalLong base = OptionalLong.empty();

  private record Wish(Supplier<HeldResource> resource, long rights, GrantLimits limits) {}

  DomainBuilder(Kernel kernel, Engine engine, String name) {
    this.kernel = kernel;
    this.engine = engine;
    this.allocator = engine::allocate;
    this.name = name;
  }

  /** Sets what the domain may use; {@link Quotas#defaults()} otherwise. */
  public DomainBuilder quotas(Quotas value) {
    this.quotas = value;
    return this;
  }

  /**
   * Has the domain live in a process of its own, which sees the shared memory elsewhere than this
   * one does.
   *
   * @param memory makes the memory, of so many bytes
   * @param address where the process has mapped its first byte: where its first ring will be
   */
  public DomainBuilder elsewhere(LongFunction<SharedMemory> memory, long address) {
    this.allocator = memory;
    this.base = OptionalLong.of(address);
    return this;
  }

  /**
   * Grants a directory, without what other file systems are mounted beneath it.
   *
   * @param petname how the program knows it: 1 to 40 of {@code A-Z a-z 0-9 _ . -}
   * @param rights bits of {@link Rights}
   */
  public DomainBuilder directory(String petname, Path path, long rights) {
    return directory(petname, path, rights, false);
  }

  /**
   * Grants a directory.
   *
   * @param crossMounts whether paths may lead into file systems mounted beneath it
   */
  public DomainBuilder directory(String petname, Path path, long rights, boolean crossMounts) {
    return add(petname, rights, () -> engine.openDirectory(path, crossMounts));
  }

  /** Grants one regular file; with the CREATE right it is made when it is missing. */
  public DomainBuilder file(String petname, Path path, long rights) {
    return add(petname, rights, () -> engine.openFile(path, rights));
  }

  /**
   * Grants one of the process's own standard streams.
   *
   * @param number 0, 1 or 2
   */
  public DomainBuilder standardStream(String petname, int number, long rights) {
    return add(petname, rights, () -> engine.standardStream(number));
  }

  /** Grants one end of a pipe of {@link Kernel#pipe}. */
  public DomainBuilder pipe(String petname, PipeEnd end, long rights) {
    return addHeld(petname, rights, end::take);
  }

  /**
   * Grants a network: sockets that talk to what {@code policy} permits, and to nothing else. No
   * socket is made before the program makes one.
   */
  public DomainBuilder network(String petname, NetworkPolicy policy, long rights) {
    return add(petname, rights, () -> Network.open(engine, policy));
  }

  /** Grants one end of a channel of {@link Kernel#channel}. */
  public DomainBuilder channel(String petname, ChannelEnd end, long rights) {
    return addHeld(petname, rights, end::take);
  }

  /**
   * Limits what was granted under a petname before, and everything that is derived from it.
   *
   * @throws SyscallException with {@code NotFound} if nothing was granted under it
   */
  public DomainBuilder limit(String petname, GrantLimits limits) {
    Wish limited =
        wishes.computeIfPresent(
            petname, (name, wish) -> new Wish(wish.resource(), wish.rights(), limits));
    if (limited == null) {
      throw new SyscallException(
          SyscallError.NOT_FOUND,
          "nothing is granted as `" + petname + "`: grant it, then limit it");
    }
    return this;
  }

  private DomainBuilder add(String petname, long rights, Supplier<Resource> resource) {
    return addHeld(petname, rights, () -> new HeldResource(resource.get()));
  }

  private DomainBuilder addHeld(String petname, long rights, Supplier<HeldResource> resource) {
    if (!PETNAME.matcher(petname).matches()) {
      throw new SyscallException(
          SyscallError.INVALID_ARGUMENT,
          "`" + petname + "` is no petname: use 1 to 40 of A-Z a-z 0-9 _ . -");
    }
    if ((rights & ~Rights.ALL) != 0) {
      throw new SyscallException(
          SyscallError.INVALID_ARGUMENT, "unknown rights for `" + petname + "`: " + rights);
    }
    if (wishes.size() == InfoPage.ROWS_MAX) {
      throw new SyscallException(
          SyscallError.QUOTA_EXCEEDED, "a domain begins with at most 63 grants");
    }
    if (wishes.putIfAbsent(petname, new Wish(resource, rights, GrantLimits.none())) != null) {
      throw new SyscallException(
          SyscallError.ALREADY_EXISTS, "two grants are named `" + petname + "`");
    }
    return this;
  }

  /**
   * Opens what was granted, and the domain.
   *
   * @throws SyscallException when a grant cannot be opened; then nothing stays open
   */
  public Domain open() {
    long bytes = RING_BYTES + quotas.arenaBytes() + quotas.mappedBytesMax();
    SharedMemory shared = allocator.apply(bytes);
    DomainMemory memory =
        new DomainMemory(
            shared, RING_BYTES, quotas.arenaBytes(), base.orElse(shared.segment().address()));
    CapabilityIds ids = new CapabilityIds(RANDOM.nextLong(), RANDOM.nextLong());
    Domain domain = new Domain(kernel, name, quotas, memory, ids);
    kernel.remember(domain);
    try {
      wishes.forEach((petname, wish) -> {
        HeldResource held = wish.resource().get();
        long applicable = held.resource.type().applicableRights();
        domain.grant(petname, held, wish.rights() & applicable, wish.limits());
      });
    } catch (RuntimeException | Error e) {
      domain.close();
      throw e;
    }
    return domain;
  }

  static long pageSize() {
    return RingContext.PAGE_SIZE;
  }
}
