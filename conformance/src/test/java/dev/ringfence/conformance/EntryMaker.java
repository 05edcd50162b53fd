// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.PollEvents;
import dev.ringfence.abi.PollFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.SubmissionFlags;
import dev.ringfence.abi.TimeoutFlags;
import java.util.random.RandomGenerator;

/**
 * Makes entries: a third as a program would, a third of these with words changed bit by bit or to
 * values at a boundary, a third of random words. It puts paths into the arena beforehand.
 *
 * <p>Three things it does not make: an EXIT that is accepted; an operation that goes on after a
 * completion; and a DRAIN behind which a TIMEOUT could keep everything waiting for ever, unless the
 * caller asks for drains; time limits are then short.
 */
final class EntryMaker {

  /** One entry as words, in the order of the layout, user_data left out. */
  private static final int OPCODE = 0;

  private static final int FLAGS = 1;
  private static final int RESERVED1 = 2;
  private static final int BUF_INDEX = 3;
  private static final int CAPABILITY = 4;
  private static final int ADDR = 5;
  private static final int LEN = 6;
  private static final int RESERVED2 = 7;
  private static final int AUXILIARY0 = 8;
  private static final int AUXILIARY1 = 9;
  private static final int PADDING = 10;
  private static final int WORDS = 11;

  private static final int[] BITS = {8, 8, 16, 32, 64, 64, 32, 32, 64, 64, 64};
  private static final int PATH_ROOM = 64;
  private static final int PATHS = 64;
  private static final long DELAY_NANOS_MAX = 100_000;

  private static final String[] PIECES = {
    "a", "b", "c", "d", "e", "file", "deep", "..", ".", "", "link", "outside", "canary", "escape"
  };

  private final RandomGenerator random;
  private final Range arena;
  private final Range paths;
  private final Range data;
  private final Memory memory;
  private long[] capabilities = {0};
  private long directory;
  private long file;

  EntryMaker(RandomGenerator random, Memory memory) {
    this.random = random;
    this.memory = memory;
    this.arena = memory.whole();
    this.paths = arena.first(PATHS * PATH_ROOM);
    this.data = arena.from(PATHS * PATH_ROOM);
  }

  /** The ids to use: a directory and a file where these fit, and any, some live, some not. */
  void use(long aDirectory, long aFile, long... ids) {
    directory = aDirectory;
    file = aFile;
    capabilities = ids.clone();
  }

  /** Where an entry has something other than 0 and must have 0, or its code is unknown. */
  static boolean isMalformed(Entry entry) {
    return OpCode.of(entry.code()) == null || entry.hasReservedWord();
  }

  /** Writes other paths into the arena. */
  void changePaths() {
    for (int i = 0; i < PATHS; i++) {
      StringBuilder path = new StringBuilder();
      int depth = 1 + random.nextInt(4);
      for (int k = 0; k < depth; k++) {
        path.append(k == 0 ? "" : "/").append(PIECES[random.nextInt(PIECES.length)]);
      }
      while (path.length() < PATH_ROOM) {
        path.append((char) ('A' + random.nextInt(4)));
      }
      memory.put(
          paths.from(i * PATH_ROOM).first(PATH_ROOM), Requests.bytes(path.substring(0, PATH_ROOM)));
    }
  }

  Entry make(long tag, boolean drains) {
    long[] words = random.nextInt(3) == 0 ? noise() : sensible();
    if (random.nextInt(3) == 0) {
      int changes = 1 + random.nextInt(3);
      for (int i = 0; i < changes; i++) {
        change(words);
      }
    }
    if (random.nextInt(6) != 0) {
      // one bad member ends a whole chain: with too many links nothing would ever run
      words[FLAGS] &= ~(SubmissionFlags.LINK | SubmissionFlags.HARDLINK);
    }
    tame(words, drains);
    return Entry.ofCode((int) words[OPCODE] & 0xff)
        .with((int) words[FLAGS] & 0xff)
        .reserved1((int) words[RESERVED1] & 0xffff)
        .bufIndex((int) words[BUF_INDEX])
        .capability(words[CAPABILITY])
        .addr(words[ADDR])
        .len((int) words[LEN])
        .reserved2((int) words[RESERVED2])
        .auxiliary0(words[AUXILIARY0])
        .auxiliary1(words[AUXILIARY1])
        .padding(words[PADDING])
        .tag(tag);
  }

  private long[] noise() {
    long[] words = new long[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] = random.nextLong();
    }
    if (random.nextBoolean()) {
      // past the first check, else noise would test nothing else
      words[RESERVED1] = 0;
      words[RESERVED2] = 0;
      words[PADDING] = 0;
      words[CAPABILITY] = capability();
    }
    return words;
  }

  private void change(long[] words) {
    int at = random.nextInt(WORDS);
    if (random.nextBoolean()) {
      words[at] ^= 1L << random.nextInt(BITS[at]);
    } else {
      words[at] = boundary();
    }
  }

  private long boundary() {
    long[] values = {
      0,
      1,
      -1,
      Long.MIN_VALUE,
      Long.MAX_VALUE,
      Integer.MIN_VALUE,
      Integer.MAX_VALUE,
      0xffff_ffffL,
      0x1_0000_0000L,
      0x7fff_f000L,
      0x7fff_f001L,
      4095,
      4096,
      4097,
      1023,
      1024,
      arena.address(),
      arena.address() - 1,
      arena.address() + arena.length(),
      arena.address() + arena.length() - 1,
      memory.segment().address(),
      memory.segment().address() + memory.segment().byteSize(),
      capability(),
      Rights.ALL
    };
    return values[random.nextInt(values.length)];
  }

  private long capability() {
    return capabilities[random.nextInt(capabilities.length)];
  }

  private long fitting(OpCode code) {
    return switch (code) {
      case READ, WRITE, POLL, FSYNC, TRUNCATE, MMAP -> file;
      case NOP, QUERY -> 0;
      default -> directory;
    };
  }

  private void path(long[] words) {
    words[ADDR] = paths.address() + (long) random.nextInt(PATHS) * PATH_ROOM;
    words[LEN] = 1L + random.nextInt(random.nextInt(4) == 0 ? PATH_ROOM : 8);
  }

  private void range(long[] words) {
    int from = random.nextInt(data.length());
    words[ADDR] = data.address() + from;
    words[LEN] = random.nextInt(1 + Math.min(8192, data.length() - from));
  }

  private long aligned() {
    return data.address() + (random.nextInt(data.length() - 512) & ~63);
  }

  private long[] sensible() {
    OpCode[] all = OpCode.values();
    OpCode code = all[random.nextInt(all.length)];
    if (code == OpCode.FSYNC && random.nextInt(50) != 0) {
      code = OpCode.OPEN; // a disk is slow
    }
    long[] words = new long[WORDS];
    words[OPCODE] = code.code();
    words[CAPABILITY] = random.nextInt(4) == 0 ? capability() : fitting(code);
    if (random.nextInt(3) == 0) {
      words[FLAGS] = random.nextInt(256) & ~16 & ~SubmissionFlags.BUFFER_SELECT;
    }
    fill(code, words);
    return words;
  }

  private void fill(OpCode code, long[] words) {
    switch (code) {
      case READ, WRITE -> {
        range(words);
        words[BUF_INDEX] = random.nextInt(4);
        words[AUXILIARY0] =
            random.nextInt(3) == 0 ? SubmissionEntry.CURRENT_POSITION : random.nextInt(1 << 20);
      }
      case OPEN -> {
        path(words);
        int flags = random.nextBoolean() ? OpenFlags.CREATE : random.nextInt(256);
        words[AUXILIARY0] = OpenFlags.withMode(flags & ~OpenFlags.SYNC, 0644);
        words[AUXILIARY1] = random.nextLong() & Rights.DIRECTORY_FULL;
      }
      case POLL -> words[LEN] = PollEvents.IN | (long) random.nextInt(32);
      case CANCEL -> {
        words[ADDR] = random.nextInt(64);
        words[AUXILIARY1] = random.nextInt(16);
      }
      case TIMEOUT, LINK_TIMEOUT -> {
        words[AUXILIARY0] = random.nextInt(200_000);
        words[LEN] = random.nextInt(3);
      }
      case MMAP, MUNMAP, REGISTER_BUFFER -> {
        range(words);
        words[BUF_INDEX] = random.nextInt(4);
      }
      case UNREGISTER_BUFFER -> words[BUF_INDEX] = random.nextInt(4);
      case STAT -> {
        path(words);
        words[AUXILIARY0] = aligned();
      }
      case TRUNCATE -> words[AUXILIARY0] = random.nextInt(1 << 20);
      case MAKE_DIRECTORY -> {
        path(words);
        words[AUXILIARY0] = 0755;
      }
      case REMOVE -> {
        path(words);
        words[AUXILIARY1] = random.nextInt(2);
      }
      case RENAME, SYMLINK -> {
        path(words);
        words[AUXILIARY0] = code == OpCode.RENAME && random.nextBoolean() ? capability() : 0;
        words[AUXILIARY1] = random.nextInt((int) words[LEN] + 1);
      }
      case READ_LINK -> {
        path(words);
        words[AUXILIARY0] = aligned();
        words[AUXILIARY1] = random.nextInt(512);
      }
      case LIST, QUERY -> {
        words[ADDR] = aligned();
        words[LEN] = random.nextInt(512);
      }
      default -> words[LEN] = random.nextInt(-20, 20);
    }
  }

  private static void tame(long[] words, boolean drains) {
    OpCode code = OpCode.of((int) words[OPCODE] & 0xff);
    if (code == OpCode.EXIT) {
      words[LEN] |= 1 << 30;
    }
    if (code == OpCode.POLL) {
      words[AUXILIARY1] &= ~PollFlags.MULTISHOT;
    } else if (code == OpCode.TIMEOUT) {
      words[AUXILIARY1] &= ~TimeoutFlags.MULTISHOT;
    }
    if (!drains) {
      words[FLAGS] &= ~SubmissionFlags.DRAIN;
    } else if (code == OpCode.TIMEOUT || code == OpCode.LINK_TIMEOUT) {
      words[AUXILIARY0] = (words[AUXILIARY0] & Long.MAX_VALUE) % DELAY_NANOS_MAX;
      words[AUXILIARY1] &= ~TimeoutFlags.ABSOLUTE;
    }
  }
}
