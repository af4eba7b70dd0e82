package io.github.elbo4j.device;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An argument of an operation: a component of its record, or of a record that is one of its components.
 *
 * @param name as messages have it
 * @param outer the component of the operation
 * @param inner the component of that, or null
 */
record Part(
        String name,
        @Nullable Object value,
        RecordComponent outer,
        @Nullable RecordComponent inner) {
    /** In the order of the record; a target and decays as a whole, and what they hold one by one. */
    static List<Part> of(Operation operation) throws ReflectiveOperationException {
        List<Part> all = new ArrayList<>();
        for (RecordComponent outer : operation.getClass().getRecordComponents()) {
            Object value = outer.getAccessor().invoke(operation);
            all.add(new Part(outer.getName(), value, outer, null));
            if (value instanceof FusedOps.Target || value instanceof OptimizerOps.Decay) {
                for (RecordComponent inner : value.getClass().getRecordComponents()) {
                    String name = inner.getName();
                    String capital = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
                    String known = value instanceof FusedOps.Target ? "target" + capital : name;
                    all.add(new Part(known, inner.getAccessor().invoke(value), outer, inner));
                }
            }
        }
        return all;
    }

    private RecordComponent component() {
        return inner == null ? outer : inner;
    }

    /** Whether it can be missing and must not. */
    boolean isRequired() {
        return !component().getType().isPrimitive() && !isOptional();
    }

    /** Whether it may be missing. */
    boolean isOptional() {
        return component().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    /** The operation with this argument replaced; throws what its constructor throws. */
    Operation replaced(Operation operation, @Nullable Object by) throws Throwable {
        Object value = inner == null ? by : rebuilt(outer.getAccessor().invoke(operation), inner, by);
        return (Operation) rebuilt(operation, outer, value);
    }

    private static Object rebuilt(Object whole, RecordComponent replaced, @Nullable Object by) throws Throwable {
        RecordComponent[] components = whole.getClass().getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            types[i] = components[i].getType();
            boolean same = components[i].getName().equals(replaced.getName());
            values[i] = same ? by : components[i].getAccessor().invoke(whole);
        }
        try {
            return whole.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } catch (IllegalArgumentException e) {
            throw new AssertionError("this test made an impossible call", e);
        }
    }
}
