// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

/**
 * What a domain may use. A use beyond a bound is {@code QuotaExceeded} and changes nothing.
 *
 * @param capabilitiesMax entries in the capability table, tombstones included; 1 to 2^20
 * @param operationsInFlightMax operations that the host works on at once, over all rings
 * @param registeredBytesMax bytes in registered buffers, over all rings
 * @param arenaBytes size of the shared arena that the program manages itself; a multiple of 4096
 * @param mappedBytesMax what MMAP may add to the arena; a multiple of 4096
 * @param ringsMax rings; each takes address space for its entries
 */
public record Quotas(
    int capabilitiesMax,
    int operationsInFlightMax,
    long registeredBytesMax,
    long arenaBytes,
    long mappedBytesMax,
    int ringsMax) {

  private static final int CAPABILITIES_LIMIT = 1 << 20;
  private static final long PAGE = 4096;

  /** Refuses bounds that no kernel could keep. */
  public Quotas {
    require(
        capabilitiesMax >= 1 && capabilitiesMax <= CAPABILITIES_LIMIT,
        "capabilitiesMax",
        capabilitiesMax);
    require(operationsInFlightMax >= 1, "operationsInFlightMax", operationsInFlightMax);
    require(registeredBytesMax >= 0, "registeredBytesMax", registeredBytesMax);
    require(arenaBytes >= PAGE && arenaBytes % PAGE == 0, "arenaBytes", arenaBytes);
    require(mappedBytesMax >= 0 && mappedBytesMax % PAGE == 0, "mappedBytesMax", mappedBytesMax);
    require(ringsMax >= 1 && ringsMax <= 1024, "ringsMax", ringsMax);
  }

  private static void require(boolean holds, String name, long value) {
    if (!holds) {
      throw new IllegalArgumentException("quota out of range: " + name + "=" + value);
    }
  }

  /**
   * 4096 capabilities, 65536 operations, 256 MiB registered, 32 MiB arena, 32 MiB mapped, 16 rings.
   */
  public static Quotas defaults() {
    return new Quotas(4096, 65536, 256L << 20, 32L << 20, 32L << 20, 16);
  }

  /** These quotas with another bound on capabilities. */
  public Quotas withCapabilitiesMax(int value) {
    return new Quotas(
        value, operationsInFlightMax, registeredBytesMax, arenaBytes, mappedBytesMax, ringsMax);
  }

  /** These quotas with another bound on operations in flight. */
  public Quotas withOperationsInFlightMax(int value) {
    return new Quotas(
        capabilitiesMax, value, registeredBytesMax, arenaBytes, mappedBytesMax, ringsMax);
  }

  /** These quotas with another bound on registered bytes. */
  public Quotas withRegisteredBytesMax(long value) {
    return new Quotas(
        capabilitiesMax, operationsInFlightMax, value, arenaBytes, mappedBytesMax, ringsMax);
  }

  /** These quotas with another arena size, in bytes. */
  public Quotas withArenaBytes(long value) {
    return new Quotas(
        capabilitiesMax,
        operationsInFlightMax,
        registeredBytesMax,
        value,
        mappedBytesMax,
        ringsMax);
  }

  /** These quotas with another bound on what MMAP adds, in bytes. */
  public Quotas withMappedBytesMax(long value) {
    return new Quotas(
        capabilitiesMax, operationsInFlightMax, registeredBytesMax, arenaBytes, value, ringsMax);
  }

  /** These quotas with another bound on rings. */
  public Quotas withRingsMax(int value) {
    return new Quotas(
        capabilitiesMax,
        operationsInFlightMax,
        registeredBytesMax,
        arenaBytes,
        mappedBytesMax,
        value);
  }
}
