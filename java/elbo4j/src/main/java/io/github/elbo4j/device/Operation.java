package io.github.elbo4j.device;

/**
 * One operation of a device, as a value: a record of its buffers and numbers, with its formula and shapes in the
 * record's Javadoc. Its constructor checks what a signature cannot say; {@link Device#run} and {@link Device#bind}
 * check the rest from the signature. Every operation stands with its kernel family: {@link NormalOps}, {@link MathOps},
 * {@link MeanFieldOps}, {@link FullRankOps}, {@link LowRankOps}, {@link LowRankGradientOps}, {@link KlOps}, {@link ElboOps}, {@link ScoreOps}, {@link ReparamOps},
 * {@link LikelihoodOps}, {@link GemmOps}, {@link GramOps}, {@link ScanOps}, {@link MixtureOps}, {@link OptimizerOps}, {@link FusedOps}, {@link ElementwiseOps}.
 *
 * <p><b>Shapes.</b> B problems in a batch, S draws, D dimensions; row-major, D fastest. float32, but for the ends of
 * sums and for log-densities, which are float64. {@code epsilon[b,s,d]} is the standard normal at the address that the key,
 * the step and the {@link DrawBlock} give.
 *
 * <p><b>Bits.</b> Elementwise results are the same bits on every device, and so are sums, because their order is a
 * function of the shape only:
 *
 * <ul>
 *   <li><i>along a row</i> (over D, over the draws of one problem, over data): tiles of 1024 elements. In a tile, lane l
 *       of 32 starts at +0 and adds x[l], x[l+32], … in float32; the lanes are folded 16, 8, 4, 2, 1 (lane l adds lane
 *       l+16, then l+8, …). Tile sums are summed in float64 by the same pattern, level upon level, until one is left.
 *   <li><i>over draws, one result per coordinate</i> (gradients): run r is the draws 64r … 64r+63, added in float32 in
 *       order from +0; the run sums are summed in float64 by the pattern above.
 *   <li><i>by an index</i> (segment sums, cumulative sums): the rows stand in tiles of 1024. In a tile, those that belong
 *       to a sum are added in float32 in their order from +0; tile sums are summed in float64 by the pattern of a row, over
 *       the tile's number. Such an order depends on the index too, never on the device.
 *   <li><i>gemm</i>: each output is one chain of fma over k in increasing order from +0, in panels of 1024. Where there are
 *       several, their sums are added in float64 as a binary tree over the panel's number: 2i and 2i + 1, then their sums
 *       2i and 2i + 1, and so on; an odd one out goes up unchanged. The end is rounded to float32. So the sum over an
 *       aligned part of the k's, 2^j panels from a multiple of 2^j on, is a node of the tree.
 *   <li><i>gram</i> (squares and products of columns, in float64): as gemm, over the rows, float64 from the chains on.
 *   <li><i>triangles</i> (products and solves with L, where a sum needs results that are just being made): each output is
 *       such chains in panels of 256, added to it in float32 in order.
 * </ul>
 *
 * <p>Elements that are float64 themselves (log-densities over draws) are summed in float64 from the first level on. Where a
 * result is said to be float64, the sum's end is stored as it is; where it is float32, the sum's end is rounded once.
 *
 * <p><b>Cuts.</b> Draws do not depend on how work is cut into calls. Sums do not where it is cut at multiples of 64 draws
 * (sums over draws, in chunks that write their own runs) or of 1024 rows ({@link PartialSum} adds theirs in
 * the order above).
 *
 * <p><b>Errors.</b> Running or binding an operation throws {@link IllegalArgumentException} if a buffer is too short (a longer one
 * is accepted, and what is beyond is left alone), or of another type or device than it must be, and {@link
 * IllegalStateException} if it is closed; {@link DeviceException} if the device fails.
 */
public interface Operation {
    /**
     * The buffers that it takes, by name.
     *
     * @throws IllegalArgumentException if one is missing, or lengths are beyond any memory
     */
    Signature signature();
}
