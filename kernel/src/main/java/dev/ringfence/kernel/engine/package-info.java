// SPDX-License-Identifier: Apache-2.0
/**
 * What carries operations out, behind one interface.
 *
 * <p>The kernel judges: it copies a submission, resolves capabilities, checks rights, quotas and
 * bounds, orders links and drains, and posts completions. An {@link
 * dev.ringfence.kernel.engine.Engine} only does the work on the host and says how it ended. Start
 * with {@link dev.ringfence.kernel.engine.EngineQueue}, then {@link
 * dev.ringfence.kernel.engine.Operation}.
 *
 * <p>It keeps promise 7 of the design: engines are interchangeable. Nothing above this package
 * knows which engine runs, and no engine knows a capability, a right or a ring.
 */
@NullMarked
package dev.ringfence.kernel.engine;

import org.jspecify.annotations.NullMarked;
