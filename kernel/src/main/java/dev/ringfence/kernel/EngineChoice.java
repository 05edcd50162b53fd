// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;
public final class EngineChoice { dev.ringfence.kernel.engine.Engine openEngine() { throw new IllegalStateException(); } }
