package io.resnetspark.pipeline.experiment;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A record with some of its components replaced by name: Java has no {@code with} for records yet (JEP 468), and a training
 * has too many components to repeat them for each that an experiment varies.
 */
final class RecordCopy {

    private RecordCopy() {}

    /**
     * @param changes values by component name
     * @throws IllegalArgumentException if there is no such component; what the record throws if it refuses a value
     */
    static <T extends Record> T of(T original, Map<String, ?> changes) {
        Map<String, Object> left = new LinkedHashMap<>(changes);
        RecordComponent[] components = original.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                String name = components[i].getName();
                values[i] = left.containsKey(name)
                        ? left.remove(name)
                        : components[i].getAccessor().invoke(original);
            }
            if (!left.isEmpty()) {
                throw new IllegalArgumentException(
                        "%s has no components %s".formatted(original.getClass().getSimpleName(), left.keySet()));
            }
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            @SuppressWarnings("unchecked")
            T copy = (T) original.getClass().getDeclaredConstructor(types).newInstance(values);
            return copy;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new IllegalStateException(
                    "Cannot copy a " + original.getClass().getName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "Cannot copy a " + original.getClass().getName(), e);
        }
    }
}
