// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import dev.ringfence.kernel.NetworkPolicy;
import dev.ringfence.user.Session;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server as its clients see it, on each engine of this machine. */
@ParameterizedClass(name = "{0}")
@MethodSource("engines")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServeTest {

  @Parameter String engine;

  @TempDir Path temporary;

  private Path www;
  private Kernel kernel;
  private Domain domain;
  private Session session;
  private CompletableFuture<Integer> status;
  private int port;
  private final HttpClient http = HttpClient.newHttpClient();

  static Stream<String> engines() {
    return Stream.of(EngineChoice.IO_URING, EngineChoice.PORTABLE)
        .filter(engine -> {
          try {
            EngineChoice.choose(engine);
            return true;
          } catch (SyscallException e) {
            return false;
          }
        });
  }

  @BeforeEach
  void start() throws IOException {
    www = Files.createDirectory(temporary.resolve("www"));
    Files.writeString(temporary.resolve("secret"), "not for you");
    kernel = Kernel.open(EngineChoice.choose(engine));
    Kernel.Pipe out = kernel.pipe();
    domain =
        kernel
            .domain("serve")
            .directory("www", www, Rights.READ_ONLY)
            .network("web", NetworkPolicy.listen("127.0.0.1:0"), Rights.SOCKET_SERVER)
            .pipe("stdout", out.sink(), Rights.WRITE)
            .pipe("said", out.source(), Rights.READ)
            .pipe("stderr", kernelErr(), Rights.WRITE)
            .open();
    session = Session.over(domain);
    status = CompletableFuture.supplyAsync(() -> new Serve().run(session, List.of("www", "web")));
    byte[] line = new byte[128];
    int length = session.source("said").read(line);
    String said = new String(line, 0, length, StandardCharsets.UTF_8).strip();
    port = Integer.parseInt(said.substring(said.lastIndexOf(':') + 1));
  }

  private dev.ringfence.kernel.PipeEnd kernelErr() {
    Kernel.Pipe err = kernel.pipe();
    err.source().close();
    return err.sink();
  }

  @AfterEach
  void stop() {
    session.network("web").revoke();
    assertThat(status.join()).isZero();
    session.close();
    domain.close();
    kernel.close();
    http.close();
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    return send("GET", path, headers);
  }

  private HttpResponse<byte[]> send(String method, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String field(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private Socket raw() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private String exchange(String request) throws IOException {
    try (Socket socket = raw()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 1 << 20, 5_000_001})
  void aFileArrivesByteForByte(int size) throws Exception {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    Files.write(www.resolve("file.bin"), content);
    HttpResponse<byte[]> response = get("/file.bin");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(content);
    assertThat(field(response, "content-type")).isEqualTo("application/octet-stream");
  }

  @Test
  void headTellsTheLengthAndSendsNothing() throws Exception {
    Files.writeString(www.resolve("page.html"), "<p>hello");
    HttpResponse<byte[]> response = send("HEAD", "/page.html");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(field(response, "content-length")).isEqualTo("8");
    assertThat(field(response, "content-type")).startsWith("text/html");
    assertThat(response.body()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 206, 0, bytes 0-0/10",
    "bytes=2-4, 206, 234, bytes 2-4/10",
    "bytes=8-, 206, 89, bytes 8-9/10",
    "bytes=-3, 206, 789, bytes 7-9/10",
    "bytes=5-99, 206, 56789, bytes 5-9/10",
    "bytes=10-, 416, , bytes */10",
    "bytes=4-2, 200, 0123456789, ''",
    "lines=1-2, 200, 0123456789, ''",
  })
  void rangesAreAnswered(String range, int code, String body, String told) throws Exception {
    Files.writeString(www.resolve("digits"), "0123456789");
    HttpResponse<byte[]> response = get("/digits", "Range", range);
    assertThat(response.statusCode()).isEqualTo(code);
    assertThat(field(response, "content-range")).isEqualTo(told);
    if (body != null) {
      assertThat(new String(response.body(), StandardCharsets.UTF_8)).isEqualTo(body);
    }
  }

  @Test
  void aCopyThatIsStillGoodIsNotSentAgain() throws Exception {
    Files.writeString(www.resolve("a.txt"), "same");
    HttpResponse<byte[]> first = get("/a.txt");
    HttpResponse<byte[]> byTag = get("/a.txt", "If-None-Match", field(first, "etag"));
    assertThat(byTag.statusCode()).isEqualTo(304);
    assertThat(byTag.body()).isEmpty();
    HttpResponse<byte[]> byDate = get("/a.txt", "If-Modified-Since", field(first, "last-modified"));
    assertThat(byDate.statusCode()).isEqualTo(304);
    Files.writeString(www.resolve("a.txt"), "other content");
    assertThat(get("/a.txt", "If-None-Match", field(first, "etag")).statusCode()).isEqualTo(200);
  }

  @Test
  void aDirectoryIsListedWithoutBecomingMarkup() throws Exception {
    Files.createDirectory(www.resolve("sub"));
    Files.writeString(www.resolve("sub/<b>&\".txt"), "x");
    assertThat(field(get("/sub"), "location")).isEqualTo("/sub/");
    String page = new String(get("/sub/").body(), StandardCharsets.UTF_8);
    assertThat(page).contains("&lt;b&gt;&amp;&quot;.txt").doesNotContain("<b>");
    Files.writeString(www.resolve("sub/index.html"), "the index");
    assertThat(new String(get("/sub/").body(), StandardCharsets.UTF_8)).isEqualTo("the index");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/a/../../secret",
        "//../secret",
        "/%2Fetc/passwd",
        "/link"
      })
  void nothingOutsideIsServed(String target) throws Exception {
    Files.createDirectory(www.resolve("a"));
    Files.createSymbolicLink(www.resolve("link"), temporary.resolve("secret"));
    String answer = exchange("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertThat(answer).matches("(?s)HTTP/1.1 40[34] .*").doesNotContain("not for you");
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /a HTTP/1.1\r\n\r\n', 400",
    "'GET /a\r\n\r\n', 400",
    "'GET a HTTP/1.1\r\nHost: x\r\n\r\n', 400",
    "'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400",
    "'GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n', 400",
    "'GET / HTTP/2.0\r\nHost: x\r\n\r\n', 505",
    "'POST / HTTP/1.1\r\nHost: x\r\n\r\n', 405",
    "'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello', 413",
    "'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 400",
  })
  void whatIsMalformedIsToldSo(String request, int code) throws Exception {
    assertThat(exchange(request)).startsWith("HTTP/1.1 " + code + " ");
  }

  @Test
  void aHeadWithoutEndIsRefused() throws Exception {
    String endless = "GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(40_000);
    assertThat(exchange(endless)).startsWith("HTTP/1.1 431 ");
  }

  @Test
  void aConnectionIsKeptAndRequestsMayComeTogether() throws Exception {
    Files.writeString(www.resolve("n"), "n");
    try (Socket socket = raw()) {
      String one = "GET /n HTTP/1.1\r\nHost: x\r\n\r\n";
      socket.getOutputStream().write(one.repeat(200).getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (int i = 0; i < 200; i++) {
        assertThat(answer(in)).isEqualTo("n");
      }
      socket.getOutputStream().write(one.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(answer(in)).isEqualTo("n");
    }
  }

  /** Reads one answer whose body has one byte. */
  private static String answer(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      assertThat(b).isNotNegative();
      head.append((char) b);
    }
    assertThat(head.toString()).startsWith("HTTP/1.1 200 ").contains("Content-Length: 1\r\n");
    return String.valueOf((char) in.read());
  }

  @Test
  void clientsThatDripDoNotStopOthers() throws Exception {
    Files.writeString(www.resolve("a"), "fast");
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        Socket socket = raw();
        socket.getOutputStream().write("GET /a HT".getBytes(StandardCharsets.ISO_8859_1));
        slow.add(socket);
      }
      for (int i = 0; i < 50; i++) {
        assertThat(new String(get("/a").body(), StandardCharsets.UTF_8)).isEqualTo("fast");
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void clientsThatDoNotReadDoNotStopOthers() throws Exception {
    Files.write(www.resolve("large"), new byte[32 << 20]);
    Files.writeString(www.resolve("a"), "fast");
    List<Socket> stalled = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        Socket socket = raw();
        socket
            .getOutputStream()
            .write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        stalled.add(socket);
      }
      for (int i = 0; i < 20; i++) {
        assertThat(new String(get("/a").body(), StandardCharsets.UTF_8)).isEqualTo("fast");
      }
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  @Test
  void aDirectoryThatIsTakenBackIsSaidSo() throws Exception {
    Files.writeString(www.resolve("a"), "here");
    assertThat(get("/a").statusCode()).isEqualTo(200);
    session.directory("www").revoke();
    assertThat(get("/a").statusCode()).isEqualTo(503);
    assertThat(get("/").statusCode()).isEqualTo(503);
    assertThat(session.network("web").isLive()).isTrue();
  }
}
