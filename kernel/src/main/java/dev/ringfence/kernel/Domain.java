// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.InfoPage;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.SetupFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.abi.SystemCall;
import dev.ringfence.abi.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One protection domain: a capability table, its rings, its quotas, the memory that it shares with
 * the kernel. It <em>is</em> the four system calls; a program gets it as {@link SystemCalls} and
 * nothing else.
 *
 * <p>All methods may be called from any thread; a ring is entered by one thread at a time.
 */
public final class Domain implements SystemCalls, AutoCloseable {

  private final Kernel kernel;
  private final String name;
  private final Quotas quotas;
  private final DomainMemory memory;
  private final CapabilityTable table;
  private final List<Grant> grants = new ArrayList<>();
  private final ConcurrentSkipListMap<Long, KernelRing> rings = new ConcurrentSkipListMap<>();

  /** The same rings by their offsets: looked up here, a key needs no object. */
  private volatile KernelRing[] ringsInOrder = {};

  /** System calls that are under way: the memory stays mapped until they are over. */
  private final AtomicInteger callsInside = new AtomicInteger();

  private final Budget budget;
  private final DirectEnter direct;
  private final DomainEnd end;

  /** The service lane's owner's. */
  private @Nullable RegisteredBuffers directBuffers;

  private int onTheirWay;
  private volatile @Nullable Lane serviceLane;
  private volatile boolean ended;
  private volatile @Nullable Integer exitStatus;
  private volatile Runnable onExit = () -> {};

  /** A row of the info page. */
  record Grant(String petname, Capability capability) {}

  Domain(Kernel kernel, String name, Quotas quotas, DomainMemory memory, CapabilityIds ids) {
    this.kernel = kernel;
    this.name = name;
    this.quotas = quotas;
    this.memory = memory;
    this.table = new CapabilityTable(quotas.capabilitiesMax(), ids);
    this.budget = new Budget(quotas);
    this.direct = new DirectEnter(this);
    this.end = new DomainEnd(kernel, this);
  }

  /** The name that the host gave it. */
  public String name() {
    return name;
  }

  /** What the program said with EXIT, 0 to 255; empty while it has not. */
  public OptionalInt exitStatus() {
    Integer status = exitStatus;
    return status == null ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /**
   * Has something short done when the program says EXIT, on a thread of the kernel's. Set before
   * the program begins.
   */
  public void onExit(Runnable action) {
    this.onExit = action;
  }

  @Override
  public MemorySegment sharedMemory() {
    return memory.segment();
  }

  /**
   * A system call, by its number. Never throws: what goes wrong in the kernel is {@code
   * InternalError}, and the kernel goes on.
   */
  @Override
  public long invoke(int number, long argument0, long argument1) {
    // counted first, then the look at `ended`: whoever ends the domain sees this call, or this call
    // sees the end
    callsInside.incrementAndGet();
    try {
      SystemCall call = SystemCall.of(number);
      if (call == null) {
        return SyscallError.NOT_IMPLEMENTED.result();
      }
      if (ended) {
        return SyscallError.INVALID_STATE.result();
      }
      return switch (call) {
        case IO_URING_SETUP -> setup(argument0, argument1);
        case IO_URING_ENTER -> enter(argument0, argument1);
        case CAPABILITY_DUP -> dup(argument0, argument1);
        case CAPABILITY_REVOKE -> revoke(argument0);
      };
    } catch (SyscallException e) {
      return e.error().result();
    } catch (RuntimeException | Error e) {
      kernel.report(e);
      return SyscallError.INTERNAL_ERROR.result();
    } finally {
      callsInside.decrementAndGet();
    }
  }

  /**
   * Whether a system call may make its caller wait: what a host asks that has other calls to serve.
   * The program can change its mind between this question and the call.
   */
  public boolean mayWait(int number, long argument0, long argument1) {
    return switch (SystemCall.of(number)) {
      case IO_URING_ENTER -> {
        KernelRing ring = argument1 == 0 ? ringAt(argument0 - memory.addressOf(0)) : null;
        yield ring == null || ring.shared.waitFor() != 0;
      }
      case CAPABILITY_REVOKE -> true;
      case IO_URING_SETUP, CAPABILITY_DUP -> false;
      case null -> false;
    };
  }

  // ---- sys_io_uring_setup ----------------------------------------------------------------------

  private long setup(long entries, long flags) {
    if (!RingContext.isLegalEntries(entries) || (flags & ~SetupFlags.KNOWN) != 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    int submissionEntries = (int) entries;
    int order = (int) ((flags & SetupFlags.CQ_ORDER_MASK) >>> SetupFlags.CQ_ORDER_SHIFT);
    int completionEntries = order == 0 ? submissionEntries * 2 : 1 << Math.min(order, 30);
    if (completionEntries < submissionEntries || completionEntries > RingContext.CQ_ENTRIES_MAX) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    synchronized (rings) {
      return ended
          ? SyscallError.INVALID_STATE.result()
          : setup(submissionEntries, completionEntries, flags);
    }
  }

  private long setup(int submissionEntries, int completionEntries, long flags) {
    if (rings.size() >= quotas.ringsMax()) {
      return SyscallError.QUOTA_EXCEEDED.result();
    }
    long offset = memory.placeRing(RingContext.sizeOf(submissionEntries, completionEntries));
    if (offset == DomainMemory.NOWHERE) {
      return SyscallError.OUT_OF_MEMORY.result();
    }
    boolean polled = (flags & SetupFlags.SQPOLL) != 0;
    Lane lane;
    try {
      lane = polled ? kernel.poller().lane() : kernel.openLane(completionEntries);
    } catch (SyscallException e) {
      memory.removeRing(offset);
      throw e;
    }
    SharedRing shared =
        new SharedRing(
            memory.segment(),
            offset,
            submissionEntries,
            completionEntries,
            polled,
            memory.arenaStart(),
            memory.arenaBytes(),
            kernel.firstIndex());
    KernelRing ring = new KernelRing(this, lane, shared, offset, polled ? idleNanos(flags) : 0);
    writeInfoPage(offset + RingContext.INFO_OFFSET);
    lane.post(() -> lane.rings().add(ring));
    rings.put(offset, ring);
    ringsInOrder = rings.values().toArray(KernelRing[]::new);
    return memory.addressOf(offset);
  }

  private long idleNanos(long flags) {
    long millis = (flags & SetupFlags.IDLE_MILLIS_MASK) >>> SetupFlags.IDLE_MILLIS_SHIFT;
    return millis == 0 ? kernel.options().pollIdle().toNanos() : millis * 1_000_000;
  }

  private void writeInfoPage(long page) {
    MemorySegment segment = memory.segment();
    InfoPage.initialize(segment, page);
    for (Grant grant : grants) {
      Capability granted = grant.capability();
      InfoPage.addRow(
          segment, page, granted.id, granted.rights, granted.type().code(), grant.petname());
    }
  }

  // ---- sys_io_uring_enter ----------------------------------------------------------------------

  private long enter(long first, long second) {
    if (second == 0) {
      if (first == 0) {
        return rings.isEmpty()
            ? SyscallError.RING_NOT_SETUP.result()
            : kernel.enter().serveAll(List.copyOf(rings.values()));
      }
      KernelRing ring = ringAt(first - memory.addressOf(0));
      if (ring != null) {
        return kernel.enter().serve(ring);
      }
    }
    return direct.enter(first, second);
  }

  private @Nullable KernelRing ringAt(long offset) {
    KernelRing[] inOrder = ringsInOrder;
    int low = 0;
    int high = inOrder.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      KernelRing found = inOrder[middle];
      if (found.offset == offset) {
        return found;
      }
      if (found.offset < offset) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /** The buffers that direct submissions register and use. On the owner of {@code lane}. */
  RegisteredBuffers directBuffers(Lane lane) {
    if (directBuffers == null) {
      directBuffers = new RegisteredBuffers(lane, this);
    }
    return directBuffers;
  }

  /** Carries direct submissions out. */
  Lane service() {
    Lane lane = serviceLane;
    if (lane == null) {
      lane = kernel.poller().lane();
      // before the first operation: whoever revokes afterwards asks this lane too
      serviceLane = lane;
    }
    return lane;
  }

  // ---- sys_capability_dup, sys_capability_revoke -----------------------------------------------

  private long dup(long id, long rights) {
    Capability source = table.lookup(id);
    if (source == null) {
      return SyscallError.INVALID_HANDLE.result();
    }
    if (!kernel.tree().isLive(source)) {
      return whyDead(source);
    }
    if ((rights & ~Rights.ALL) != 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if ((source.rights & Rights.DUP) == 0 || (rights & ~source.rights) != 0) {
      return SyscallError.PERMISSION_DENIED.result();
    }
    if (!kernel.tree().reserve(this)) {
      return SyscallError.QUOTA_EXCEEDED.result();
    }
    Capability made = kernel.tree().add(this, source, source.held, rights, true);
    return made == null ? SyscallError.CAPABILITY_REVOKED.result() : made.id;
  }

  private long revoke(long id) {
    Capability target = table.lookup(id);
    if (target == null) {
      return SyscallError.INVALID_HANDLE.result();
    }
    List<Capability> dead = kernel.tree().revoke(List.of(target));
    if (dead.isEmpty()) {
      return whyDead(target);
    }
    return kernel.endUses(dead, this) ? 0 : SyscallError.BUSY.result();
  }

  /** A ring of this domain may have closed it since it was looked up. */
  private static long whyDead(Capability capability) {
    return capability.state == Capability.CLOSED
        ? SyscallError.INVALID_HANDLE.result()
        : SyscallError.CAPABILITY_REVOKED.result();
  }

  // ---- for the kernel --------------------------------------------------------------------------

  /**
   * Whether so many more of its capabilities may be on their way through channels: as many as the
   * table may hold, since they take the kernel's memory too. Under the tree's lock.
   */
  boolean maySendMore(int count) {
    return onTheirWay + count <= quotas.capabilitiesMax();
  }

  /** More or fewer capabilities that it sent are on their way. Under the tree's lock. */
  void onTheirWay(int more) {
    onTheirWay += more;
  }

  CapabilityTable table() {
    return table;
  }

  DomainMemory memory() {
    return memory;
  }

  /** Adds a capability that the host grants; before the first ring. */
  void grant(String petname, HeldResource held, long rights, GrantLimits limits) {
    Capability capability = kernel.metering().grant(this, held, rights, limits);
    if (capability == null) {
      kernel.closeAll(List.of(held.resource));
      throw new SyscallException(
          SyscallError.QUOTA_EXCEEDED,
          "the grant `"
              + petname
              + "` does not fit: the domain may hold "
              + quotas.capabilitiesMax()
              + " capabilities; raise Quotas.capabilitiesMax");
    }
    grants.add(new Grant(petname, capability));
  }

  /** Every lane that can have an operation of this domain in flight. */
  List<Lane> lanes() {
    List<Lane> lanes = new ArrayList<>();
    Lane service = serviceLane;
    if (service != null) {
      lanes.add(service);
    }
    for (KernelRing ring : rings.values()) {
      if (!lanes.contains(ring.lane)) {
        lanes.add(ring.lane);
      }
    }
    return lanes;
  }

  /** Has every lane answer {@code quiescence}, between two of its operations. */
  void askLanes(Quiescence quiescence, BiConsumer<Lane, Quiescence> answer) {
    for (Lane lane : lanes()) {
      quiescence.expect();
      lane.post(() -> answer.accept(lane, quiescence));
    }
    quiescence.arrive();
  }

  /** Has every lane deliver what the host has done. */
  void pump() {
    for (Lane lane : lanes()) {
      lane.post(() -> {});
    }
  }

  List<KernelRing> rings() {
    return List.copyOf(rings.values());
  }

  /** The first of its rings, or null. */
  @Nullable KernelRing firstRing() {
    Map.Entry<Long, KernelRing> first = rings.firstEntry();
    return first == null ? null : first.getValue();
  }

  boolean ended() {
    return ended;
  }

  /** No system call begins after this, and nothing more is taken from a ring. */
  void markEnded() {
    synchronized (rings) {
      ended = true;
    }
    for (KernelRing ring : rings.values()) {
      ring.waiter.wake();
      ring.lane.wake();
    }
  }

  /**
   * The program said EXIT: nothing begins any more, what it has in flight is cancelled and what it
   * holds is given up. Its memory stays until the host closes the domain.
   */
  void exit(int status) {
    exitStatus = status;
    end.begin();
    kernel.guard(onExit);
  }

  /** Whether a system call is under way, after the domain has ended. */
  boolean hasCallsInside() {
    return callsInside.get() > 0;
  }

  /** What its rings share of its quotas. */
  Budget budget() {
    return budget;
  }

  int ringsLeft() {
    return quotas.ringsMax() - rings.size();
  }

  /**
   * Ends the domain: what it has in flight is cancelled, what it derived to others is revoked, what
   * it holds is closed, and when the host is done with it, its memory is unmapped. Idempotent.
   */
  @Override
  public void close() {
    end.run();
  }
}
