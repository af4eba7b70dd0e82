package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;

/** Random words, uniforms and normals, each a pure function of its address. Kernel family {@code normal}. */
public interface NormalOps {
    /**
     * {@code words[b,s,d]} = lane d mod 4 of Philox4x32-10 at counter (d/4, s, b, step); of {@link PointSet#SOBOL} the 32 digits of
     * point s in dimension d, scrambled. There are none of {@link PointSet#ANTITHETIC}.
     *
     * @param words [B][S][D] INT32, written
     */
    record Words(Key key, Index step, DrawBlock shape, Buffer words) implements Operation {
        public Words {
            if (ArgumentChecks.present("key", key).points() == PointSet.ANTITHETIC) {
                throw new IllegalArgumentException(
                        "the points of the key are ANTITHETIC, of which only normals are made");
            }
        }

        @Override
        public Signature signature() {
            return Signature.ofDraws("words", key, step, shape)
                    .add("words", ElementType.INT32, words, shape.elements(), Access.WRITES);
        }
    }

    /**
     * {@code u[b,s,d] = ((word >>> 9) + 1/2) · 2^-23}, in the open interval (0, 1).
     *
     * @param u [B][S][D], written
     */
    record Uniform(Key key, Index step, DrawBlock shape, Buffer u) implements Operation {
        public Uniform {
            ArgumentChecks.independent(key, "uniform");
        }

        @Override
        public Signature signature() {
            return Signature.ofDraws("uniform", key, step, shape).writes("u", u, shape.elements());
        }
    }

    /**
     * {@code epsilon[b,s,d]}: the two Box–Muller pairs of the four words of a counter. The first word of a pair gives
     * the radius, all its 32 bits counting (|epsilon| reaches 6.76), the second the angle. Other point sets than independent ones have their normals by {@link PointSet}.
     *
     * @param epsilon [B][S][D], written
     */
    record Normal(Key key, Index step, DrawBlock shape, Buffer epsilon) implements Operation {
        @Override
        public Signature signature() {
            return Signature.ofDraws("normal", key, step, shape).writes("epsilon", epsilon, shape.elements());
        }
    }

    /**
     * {@code epsilon[i,s,d]} as {@link Normal} has it of problem b = addresses[first + i]: the normals of problems that are chosen, such
     * as the rows of a minibatch.
     *
     * @param shape whose first problem is 0: B counts the chosen ones
     * @param addresses INT32
     * @param epsilon [B][S][D], written
     */
    record NormalOfProblems(Key key, Index step, DrawBlock shape, Buffer addresses, Index first, Buffer epsilon)
            implements Operation {
        public NormalOfProblems {
            ArgumentChecks.independent(key, "normalOfProblems");
            ArgumentChecks.present("first", first).notNegative("first");
        }

        @Override
        public Signature signature() {
            Signature signature = Signature.ofDraws("normalOfProblems", key, step, shape);
            if (shape.firstProblem() != 0) {
                throw new IllegalArgumentException("the first problem of the shape is " + shape.firstProblem()
                        + ", but must be 0: addresses says which they are");
            }
            long read = ArgumentChecks.sum(first.isFixed() ? first.base() : 0, shape.problems(), "first");
            return signature
                    .index("first", first)
                    .add("addresses", ElementType.INT32, addresses, read, Access.READS)
                    .writes("epsilon", epsilon, shape.elements());
        }
    }
}
