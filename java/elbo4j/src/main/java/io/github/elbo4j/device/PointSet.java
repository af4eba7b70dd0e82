package io.github.elbo4j.device;

/**
 * How the draws of a problem stand to each other. Each draw by itself is a standard normal in every dimension, so every mean over draws
 * is unbiased; what differs is how errors of draws make up for each other, and so what the error of a mean can be told from: of
 * independent draws from their scatter, of the others from that of several sets, each of another step or another key.
 */
public enum PointSet {
    /** {@code epsilon(seed, step, b, s, d)} of {@link Key}: no draw says anything of another. */
    INDEPENDENT,

    /**
     * Pairs: draw 2k is the independent draw k, and draw 2k + 1 its negative. What is odd in epsilon has no error in the mean of a pair
     * (Hammersley and Morton 1956).
     */
    ANTITHETIC,

    /**
     * The points of Sobol's sequence, scrambled: any 2^m of them that begin at a multiple of 2^m are spread evenly over every dimension,
     * one to each interval of length 2^-m, and over low dimensions together. Of a smooth function the mean over such a set has a variance
     * that falls as 1/S³ but for powers of log S, instead of 1/S, and of any function one that is at most a multiple of that of independent
     * draws, whose factor depends on the dimensions (Owen 1997, 1998). Numbers of draws that are no powers of two lose much of that, though no
     * bias comes in.
     *
     * <p>Point s is that of the Gray code of s (Antonov and Saleev 1979), by the direction numbers new-joe-kuo-6.21201 of Joe and Kuo
     * (2008): binary digits x_1, x_2 … x_32. With r and e the words 0 and 1 of an even dimension d, 2 and 3 of an odd one, of {@code
     * Philox4x32-10(counter = (d/2, 2^32 − 1, b, step), key = seed)}, which belongs to no draw, the scrambled digits are
     *
     * <pre>{@code
     * y_i = e_i + x_i + r_2·x_(i−1) + … + r_i·x_1     mod 2
     * }</pre>
     *
     * <p>and {@code epsilon = Phi^-1((y + 1/2)·2^-32)}, y as a whole number: strictly inside of (0, 1). This is a linear scrambling with
     * a digital shift (Matoušek 1998) by a random Toeplitz matrix (Tezuka and Faure 2003), chosen for what can be proved of two words a
     * dimension. If two points first differ at digit k, their scrambled ones agree before k, differ at k, and behind it their
     * difference has 0 or 1 plus r_2, r_3 …, each digit with one of them that is in no digit before: independent and even. With the
     * shift, any two points are distributed as by Owen's nested uniform scrambling, so that means over points have the mean and
     * the variance that he proves (Owen 2003 compares scramblings so). Of a nested scrambling by a hash of the digits (Laine and Karras
     * 2011) that holds only as far as the hash is random.
     *
     * <p>There are {@value #MOST_DIMENSIONS} dimensions at most.
     */
    SOBOL;

    /** Of {@link #SOBOL}. */
    public static final int MOST_DIMENSIONS = 1024;
}
