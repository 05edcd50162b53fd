// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.Listener;
import dev.ringfence.user.Program;
import dev.ringfence.user.Session;
import dev.ringfence.user.StreamSocket;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves the files of a directory over HTTP/1.1: {@code serve DIRECTORY NETWORK}, the names of two
 * grants.
 *
 * <p>What to look at: {@link #run} is the whole server, a loop over connections, each on a virtual
 * thread of its own ({@link Connection}). It can read one directory and listen at one address, for
 * it holds nothing else.
 */
public final class Serve implements Program {

  private static final int BACKLOG = 1024;

  private static final String USAGE =
      """
      usage: serve DIRECTORY NETWORK

      Serves the files of DIRECTORY over HTTP/1.1 at the address of NETWORK, two grants:
        ringfence run --dir www=PATH:r --listen web=127.0.0.1:8080 serve www web
      """;

  /** A server with the usual limits. */
  public Serve() {}

  @Override
  public int run(Session session, List<String> arguments) {
    if (arguments.contains("--help")) {
      session.stdout().print(USAGE);
      return 0;
    }
    if (arguments.size() != 2) {
      session.stderr().print(USAGE);
      return 2;
    }
    Site site = new Site(session.directory(arguments.get(0)), session.buffers());
    try (Listener listener = session.network(arguments.get(1)).listen(BACKLOG);
        Deadlines deadlines = new Deadlines();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      session.stdout().println("serving at " + listener.localAddress());
      for (StreamSocket peer : listener) {
        threads.execute(() -> converse(peer, site, deadlines));
      }
      return 0;
    } catch (SyscallException e) {
      session.stderr().println(e.getMessage());
      return 1;
    }
  }

  private static void converse(StreamSocket peer, Site site, Deadlines deadlines) {
    try (peer;
        Deadlines.Watch watch = deadlines.watch(peer)) {
      peer.setNoDelay(true);
      new Connection(peer, site, watch).run();
    } catch (SyscallException e) {
      // the peer went away, or was too slow: its loss, and nobody else's
    }
  }
}
