// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** JSON as all commands print it. */
final class Json {

  private Json() {}

  /** A generator onto standard output, which closing it leaves open, with a line end behind. */
  static JsonGenerator onStandardOutput() throws IOException {
    return JsonFactory.builder()
        .disable(com.fasterxml.jackson.core.StreamWriteFeature.AUTO_CLOSE_TARGET)
        .build()
        .createGenerator(System.out)
        .useDefaultPrettyPrinter();
  }
}
