// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Counts the behaviours that each engine showed, and says so when all tests are over. A behaviour
 * counts once an engine, in however many settings it ran, and not at all if one of them failed.
 */
final class Tally implements BeforeEachCallback, TestWatcher {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(Tally.class);

  /** Closed by JUnit after the last test. */
  private static final class Counts implements AutoCloseable {
    final Map<String, Set<String>> shown = new ConcurrentSkipListMap<>();
    final Map<String, Set<String>> failed = new ConcurrentSkipListMap<>();

    @Override
    public void close() {
      failed.forEach((engine, names) -> shown.getOrDefault(engine, Set.of()).removeAll(names));
      System.out.println(
          "conformance: "
              + shown.entrySet().stream()
                  .map(each -> each.getKey() + " " + each.getValue().size() + " behaviours")
                  .collect(Collectors.joining(", ")));
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    counts(context);
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    note(context, counts(context).shown);
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    note(context, counts(context).failed);
  }

  private static Counts counts(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(Counts.class, key -> new Counts(), Counts.class);
  }

  private static void note(ExtensionContext context, Map<String, Set<String>> where) {
    Conformance test = (Conformance) context.getRequiredTestInstance();
    String behaviour =
        context.getRequiredTestClass().getSimpleName()
            + "."
            + context.getRequiredTestMethod().getName()
            + " "
            + context.getDisplayName();
    where
        .computeIfAbsent(test.setting.engine(), engine -> ConcurrentHashMap.newKeySet())
        .add(behaviour);
  }
}
