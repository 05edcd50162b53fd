// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The rights of a capability: a mask of 64 bits. Rights only ever shrink on their way from one
 * capability to the next.
 */
public final class Rights {
  /** Read the bytes of a file, pipe or buffer. */
  public static final long READ = 1L << 0;

  /** Write bytes, and make them durable. */
  public static final long WRITE = 1L << 1;

  /** Use and move the current position. */
  public static final long SEEK = 1L << 2;

  /** Bring the content into memory with MMAP. */
  public static final long MAP = 1L << 3;

  /** Make duplicates with the same or fewer rights. */
  public static final long DUP = 1L << 4;

  /** Send the capability to another domain. */
  public static final long TRANSFER = 1L << 5;

  /** End the resource for every holder. Closing one's own capability needs no right. */
  public static final long CLOSE = 1L << 6;

  /** Change the size, also by opening with TRUNCATE. */
  public static final long TRUNCATE = 1L << 7;

  /** Make files, directories and symbolic links beneath a directory. */
  public static final long CREATE = 1L << 8;

  /** Remove names beneath a directory. */
  public static final long DELETE = 1L << 9;

  /** Rename beneath a directory, out of it and into it. */
  public static final long RENAME = 1L << 10;

  /** List the names of a directory. */
  public static final long READDIR = 1L << 11;

  /** See status and the text of symbolic links. */
  public static final long STAT = 1L << 12;

  /** Change permission bits and times. */
  public static final long CHMOD = 1L << 13;

  /** Connect to an address. */
  public static final long NET_CONNECT = 1L << 16;

  /** Accept connections. */
  public static final long NET_ACCEPT = 1L << 17;

  /** Send to a peer. */
  public static final long NET_SEND = 1L << 18;

  /** Receive from a peer. */
  public static final long NET_RECV = 1L << 19;

  /** Take a local address. */
  public static final long NET_BIND = 1L << 20;

  /** Listen for connections. */
  public static final long NET_LISTEN = 1L << 21;

  /** Run the file as a guest. */
  public static final long EXEC = 1L << 24;

  /** No right: such a capability can be looked at, closed and revoked. */
  public static final long NONE = 0;

  /** Every right there is; a bit outside is an invalid argument. */
  public static final long ALL = 0x13F_3FFFL;

  /** Look at files and directories, change nothing. */
  public static final long READ_ONLY = READ | SEEK | MAP | DUP | STAT | READDIR;

  /** Read, and change the content of what is there; no name appears or disappears. */
  public static final long READ_WRITE = READ_ONLY | WRITE | TRUNCATE;

  /** See names and status, no content. */
  public static final long DIRECTORY_BROWSE = READDIR | STAT | DUP;

  /** Everything that can be done beneath a directory but running what lies there. */
  public static final long DIRECTORY_FULL = READ_WRITE | CREATE | DELETE | RENAME | CHMOD;

  /** Connect out and talk. */
  public static final long SOCKET_CLIENT = NET_CONNECT | NET_SEND | NET_RECV | DUP | CLOSE;

  /** Take an address, listen, accept and talk. */
  public static final long SOCKET_SERVER =
      NET_BIND | NET_LISTEN | NET_ACCEPT | NET_SEND | NET_RECV | DUP | CLOSE;

  private static final List<Right> RIGHTS =
      List.of(
          new Right("read", READ, "read the bytes of a file, pipe or buffer"),
          new Right("write", WRITE, "write bytes, and make them durable"),
          new Right("seek", SEEK, "use and move the current position"),
          new Right("map", MAP, "bring the content into memory with MMAP"),
          new Right("dup", DUP, "make duplicates with the same or fewer rights"),
          new Right("transfer", TRANSFER, "send the capability to another domain"),
          new Right("close", CLOSE, "end the resource for every holder"),
          new Right("truncate", TRUNCATE, "change the size, also by opening with TRUNCATE"),
          new Right("create", CREATE, "make files, directories and links beneath a directory"),
          new Right("delete", DELETE, "remove names beneath a directory"),
          new Right("rename", RENAME, "rename beneath a directory, out of it and into it"),
          new Right("readdir", READDIR, "list the names of a directory"),
          new Right("stat", STAT, "see status and the text of symbolic links"),
          new Right("chmod", CHMOD, "change permission bits and times"),
          new Right("net_connect", NET_CONNECT, "connect to an address"),
          new Right("net_accept", NET_ACCEPT, "accept connections"),
          new Right("net_send", NET_SEND, "send to a peer"),
          new Right("net_recv", NET_RECV, "receive from a peer"),
          new Right("net_bind", NET_BIND, "take a local address"),
          new Right("net_listen", NET_LISTEN, "listen for connections"),
          new Right("exec", EXEC, "run the file as a guest"));

  private static final List<Right> PRESETS =
      List.of(
          new Right("r", READ_ONLY, "read-only: look at files and directories, change nothing"),
          new Right("rw", READ_WRITE, "read-write: change content too, but no names"),
          new Right("browse", DIRECTORY_BROWSE, "see names and status, no content"),
          new Right("full", DIRECTORY_FULL, "everything beneath a directory but exec"),
          new Right("client", SOCKET_CLIENT, "connect out and talk"),
          new Right("server", SOCKET_SERVER, "take an address, listen, accept and talk"),
          new Right("none", NONE, "no right: look at it, close it, revoke it"),
          new Right("all", ALL, "every right there is"));

  private Rights() {}

  /**
   * A right, or a preset of several, as people write it.
   *
   * @param name in lower case
   * @param mask one bit, or those of the preset
   * @param meaning what it permits, in one line
   */
  public record Right(String name, long mask, String meaning) {}

  /** The single rights, lowest bit first. */
  public static List<Right> rights() {
    return RIGHTS;
  }

  /** The presets. */
  public static List<Right> presets() {
    return PRESETS;
  }

  /** The names of the single rights, lowest bit first. */
  public static List<String> names() {
    return RIGHTS.stream().map(Right::name).toList();
  }

  /** True if {@code held} has every right of {@code needed}. */
  public static boolean includes(long held, long needed) {
    return (needed & ~held) == 0;
  }

  /** What a single right permits, in one line; for any other mask, its description. */
  public static String meaning(long right) {
    for (Right known : RIGHTS) {
      if (known.mask == right) {
        return known.meaning;
      }
    }
    return describe(right);
  }

  /**
   * Reads rights from words: {@code "r"}, {@code "rw,create"}, {@code "read|stat"}. Case does not
   * matter, and {@code net-send} is {@code net_send}.
   *
   * @throws IllegalArgumentException for an empty or unknown word; its message lists the known ones
   */
  public static long parse(String words) {
    long mask = 0;
    for (String word : words.split("[,|]", -1)) {
      mask |= parseWord(word.strip().toLowerCase(Locale.ROOT).replace('-', '_'));
    }
    return mask;
  }

  /** The rights of a mask as {@code "read|write"}; {@code "none"} for 0; unknown bits in hex. */
  public static String describe(long mask) {
    if (mask == 0) {
      return "none";
    }
    StringJoiner words = new StringJoiner("|");
    for (Right right : RIGHTS) {
      if ((mask & right.mask) != 0) {
        words.add(right.name);
      }
    }
    long unknown = mask & ~ALL;
    if (unknown != 0) {
      words.add("0x" + Long.toHexString(unknown));
    }
    return words.toString();
  }

  private static long parseWord(String word) {
    for (Right preset : PRESETS) {
      if (preset.name.equals(word)) {
        return preset.mask;
      }
    }
    for (Right right : RIGHTS) {
      if (right.name.equals(word)) {
        return right.mask;
      }
    }
    throw new IllegalArgumentException(
        "unknown right '%s'; known are %s, and the presets %s"
            .formatted(
                word,
                String.join(", ", names()),
                String.join(", ", PRESETS.stream().map(Right::name).toList())));
  }
}
