package io.github.elbo4j.model;

import io.github.elbo4j.device.Shape;

/**
 * The draws of all problems as draws of one problem: for densities that are the same for every problem. The last
 * shape's answer is kept, so that a step makes no garbage.
 */
final class Flat {
    private Shape asked = Shape.of(0, 0, 0);
    private Shape answer = asked;

    Shape of(Shape shape) {
        if (!shape.equals(asked)) {
            asked = shape;
            answer = Shape.of(1, Math.toIntExact(shape.rows()), shape.dimensions());
        }
        return answer;
    }
}
