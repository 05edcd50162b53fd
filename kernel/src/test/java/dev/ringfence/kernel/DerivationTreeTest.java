// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who dies with whom. */
@Timeout(60)
class DerivationTreeTest {

  private static final int MANY = 1_000_000;

  private final Forest forest = new Forest();
  private final DerivationTree tree = forest.tree;

  @AfterEach
  void close() {
    forest.close();
  }

  @Test
  void revokingReachesDescendantsAndNeitherParentNorSibling() {
    Capability root = forest.add(null);
    Capability left = forest.add(root);
    Capability right = forest.add(root);
    Capability leaf = forest.add(left);
    assertThat(tree.revoke(List.of(left))).containsExactly(left, leaf);
    assertThat(tree.isLive(root)).isTrue();
    assertThat(tree.isLive(right)).isTrue();
    assertThat(tree.isLive(left)).isFalse();
    assertThat(tree.isLive(leaf)).isFalse();
    assertThat(tree.revoke(List.of(left))).isEmpty();
  }

  @Test
  void childrenOfAClosedOneBelongToItsParent() {
    Capability root = forest.add(null);
    Capability middle = forest.add(root);
    Capability lower = forest.add(middle);
    Capability leaf = forest.add(lower);
    assertThat(tree.close(middle)).isTrue();
    assertThat(tree.close(lower)).isTrue();
    assertThat(tree.isLive(leaf)).isTrue();
    assertThat(leaf.parent).isSameAs(root);
    assertThat(tree.revoke(List.of(root))).containsExactly(root, leaf);
    assertThat(tree.isLive(leaf)).isFalse();
  }

  @Test
  void childrenOfAClosedRootLiveOn() {
    Capability root = forest.add(null);
    Capability child = forest.add(root);
    tree.close(root);
    assertThat(tree.isLive(child)).isTrue();
    assertThat(tree.close(root)).isFalse();
  }

  @Test
  void noChildIsAddedToADeadParentAndItsPlaceIsGivenBack() {
    Capability root = forest.add(null);
    Capability child = forest.add(root);
    int left = tree.left(forest.domain);
    tree.revoke(List.of(root));
    assertThat(tree.add(forest.domain, root, forest.held, Rights.ALL, false)).isNull();
    assertThat(tree.add(forest.domain, child, forest.held, Rights.ALL, false)).isNull();
    assertThat(tree.left(forest.domain)).isEqualTo(left);
  }

  @Test
  void whatDiesInAnotherDomainKeepsItsSlotAsATombstone() {
    Domain other = forest.another();
    Capability root = forest.add(null);
    Capability theirs = forest.add(other, root);
    List<Capability> dead = tree.revoke(List.of(root));
    tree.release(dead, forest.domain);
    assertThat(forest.domain.table().lookup(root.id)).isNull();
    assertThat(other.table().lookup(theirs.id)).isSameAs(theirs);
    assertThat(tree.isLive(theirs)).isFalse();
    assertThat(tree.close(theirs)).isFalse();
    assertThat(other.table().lookup(theirs.id)).isNull();
  }

  @Test
  void aChainAMillionDeepIsRevokedWithoutRecursion() {
    Capability root = forest.add(null);
    Capability last = root;
    for (int i = 1; i < MANY; i++) {
      last = forest.add(last);
    }
    assertThat(tree.isLive(last)).isTrue();
    assertThat(tree.revoke(List.of(root))).hasSize(MANY);
    assertThat(tree.isLive(last)).isFalse();
  }

  @Test
  void aMillionChildrenAreRevokedAtOnce() {
    Capability root = forest.add(null);
    List<Capability> children = new ArrayList<>();
    for (int i = 1; i < MANY; i++) {
      children.add(forest.add(root));
    }
    List<Capability> dead = tree.revoke(List.of(root));
    assertThat(dead).hasSize(MANY);
    assertThat(children).noneMatch(tree::isLive);
    assertThat(tree.release(dead, forest.domain)).containsExactly(forest.held.resource);
    assertThat(tree.left(forest.domain)).isEqualTo(1 << 20);
  }

  @Test
  void aRandomForestAgreesWithASimpleModel() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Capability> all = new ArrayList<>();
    List<Integer> parents = new ArrayList<>();
    List<Boolean> live = new ArrayList<>();
    for (int step = 0; step < 3000; step++) {
      int pick = all.isEmpty() ? -1 : random.nextInt(all.size() + 1) - 1;
      int action = random.nextInt(10);
      if (pick < 0 || action < 7) {
        Capability parent = pick < 0 ? null : all.get(pick);
        Capability added = tree.add(forest.domain, parent, forest.held, 0, false);
        assertThat(added != null).as("seed %d", seed).isEqualTo(pick < 0 || live.get(pick));
        if (added != null) {
          all.add(added);
          parents.add(pick);
          live.add(true);
        }
      } else if (action < 9) {
        assertThat(tree.close(all.get(pick))).as("seed %d", seed).isEqualTo(live.get(pick));
        live.set(pick, false);
      } else {
        boolean was = live.get(pick);
        tree.revoke(List.of(all.get(pick)));
        for (int i = 0; was && i < all.size(); i++) {
          int up = i;
          while (up >= 0 && up != pick) {
            up = parents.get(up);
          }
          live.set(i, live.get(i) && up != pick);
        }
      }
      for (int i = 0; i < all.size(); i++) {
        if (tree.isLive(all.get(i)) != live.get(i)) {
          throw new AssertionError("seed " + seed + ", step " + step + ", capability " + i);
        }
      }
    }
  }
}
