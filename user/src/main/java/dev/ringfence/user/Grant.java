// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityType;

/**
 * A row of the info page: what a domain was handed at its start.
 *
 * @param name the petname, never a path of the host
 * @param type what kind of resource it is
 * @param rights bits of {@link dev.ringfence.abi.Rights}
 * @param capabilityId the id, good in this domain only
 */
public record Grant(String name, CapabilityType type, long rights, long capabilityId) {}
