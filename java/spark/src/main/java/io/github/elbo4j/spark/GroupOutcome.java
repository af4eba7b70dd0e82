package io.github.elbo4j.spark;

import io.github.elbo4j.infer.FitResult;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What became of a group.
 *
 * @param group its number
 * @param rows how many it has
 * @param fit null if there is none
 * @param reason why there is no fit, or what is wrong with it; empty if nothing
 * @param broken whether there is none for no reason of its rows
 */
record GroupOutcome(int group, int rows, @Nullable FitResult fit, String reason, boolean broken)
        implements Serializable {}
