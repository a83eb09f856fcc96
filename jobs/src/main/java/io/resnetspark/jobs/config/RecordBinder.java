package io.resnetspark.jobs.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.Flattened;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Makes records out of HOCON sections, and notes what does not fit instead of stopping at the first problem.
 *
 * <ul>
 *   <li>Component {@code averagingFrequency} is key {@code averaging-frequency}.
 *   <li>Components are whole numbers, fractions, booleans, strings, enums (in kebab case), paths, durations
 *       ({@code 10 minutes}), time zones, types with a static {@code parse(String)}, nested records, and lists, sets, string-keyed
 *       maps and optionals of them. An optional may be missing or {@code null}; nothing else may.
 *   <li>The keys of a nested record that is {@link Flattened} lie in the section of the outer one.
 *   <li>A sealed interface of records is chosen by the key {@code type}: the record's name in kebab case, without the
 *       interface's name: {@code type = cosine} is {@code CosineSchedule implements Schedule}. Keys that only the
 *       defaults' choice has are dropped with it.
 *   <li>What a record's constructor refuses with an {@link IllegalArgumentException} is a problem of its section, or of
 *       the key its message starts with; each line of the message is one.
 * </ul>
 */
final class RecordBinder {

    private static final String CHOICE = "type";

    private final BiPredicate<String, ConfigValue> isDefault;
    private final Map<String, ValueCheck> checks;
    private final List<Problem> problems;

    /**
     * @param isDefault whether a path has its value from the defaults, not from the user
     * @param checks of values by their paths, with {@code []} for the number of a list's element
     * @param problems where problems are added
     */
    RecordBinder(BiPredicate<String, ConfigValue> isDefault, Map<String, ValueCheck> checks, List<Problem> problems) {
        this.isDefault = isDefault;
        this.checks = checks;
        this.problems = problems;
    }

    /** The value as an instance of the type, or null after a problem has been noted. */
    Object bind(String path, ConfigValue value, Type type) {
        Object bound = bindUnchecked(path, value, type);
        ValueCheck check = checks.get(path.replaceAll("\\[\\d+]", "[]"));
        if (bound != null && check != null) {
            check.problemWith(bound).ifPresent(message -> problem(path, value.origin(), message));
        }
        return bound;
    }

    private Object bindUnchecked(String path, ConfigValue value, Type type) {
        if (type instanceof ParameterizedType generic) {
            return bindGeneric(path, value, generic);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == OptionalInt.class) {
            return bindOptional(path, value, Integer.class, OptionalInt.empty(), OptionalInt::of);
        }
        if (plain == OptionalLong.class) {
            return bindOptional(path, value, Long.class, OptionalLong.empty(), OptionalLong::of);
        }
        if (plain == OptionalDouble.class) {
            return bindOptional(path, value, Double.class, OptionalDouble.empty(), OptionalDouble::of);
        }
        if (value.valueType() == ConfigValueType.NULL) {
            return problem(path, value.origin(), "must be set");
        }
        boolean spelled =
                !(value instanceof ConfigObject) && Scalars.parser(plain).isPresent();
        if (plain.isRecord() && !spelled) {
            return bindSection(path, value, plain, Set.of());
        }
        if (plain.isSealed() && !spelled) {
            return bindChoice(path, value, plain);
        }
        try {
            return Scalars.read(value, plain);
        } catch (IllegalArgumentException | ConfigException e) {
            return problem(path, value.origin(), e.getMessage());
        }
    }

    private Object bindGeneric(String path, ConfigValue value, ParameterizedType generic) {
        Class<?> raw = (Class<?>) generic.getRawType();
        Type[] arguments = generic.getActualTypeArguments();
        if (raw == Optional.class) {
            return value.valueType() == ConfigValueType.NULL
                    ? Optional.empty()
                    : Optional.ofNullable(bind(path, value, arguments[0]));
        }
        if (raw == List.class) {
            List<Object> elements = elements(path, value, arguments[0]);
            return elements == null ? null : List.copyOf(elements);
        }
        if (raw == Set.class) {
            List<Object> elements = elements(path, value, arguments[0]);
            return elements == null ? null : new LinkedHashSet<>(elements);
        }
        if (raw == Map.class && arguments[0] == String.class) {
            return bindMap(path, value, arguments[1]);
        }
        throw new IllegalArgumentException("No configuration value is a %s (%s)".formatted(generic, path));
    }

    private <T> Object bindOptional(
            String path, ConfigValue value, Class<T> type, Object empty, Function<T, Object> wrap) {
        if (value.valueType() == ConfigValueType.NULL) {
            return empty;
        }
        Object bound = bind(path, value, type);
        return bound == null ? null : wrap.apply(type.cast(bound));
    }

    /** Elements that failed are left out; the problems noted for them keep the list from being used. */
    private List<Object> elements(String path, ConfigValue value, Type elementType) {
        if (!(value instanceof ConfigList list)) {
            return expected(path, value, "a list such as [1, 2]");
        }
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            Object element = bind("%s[%d]".formatted(path, i), list.get(i), elementType);
            if (element != null) {
                elements.add(element);
            }
        }
        return elements;
    }

    private Map<String, Object> bindMap(String path, ConfigValue value, Type valueType) {
        if (!(value instanceof ConfigObject object)) {
            return expected(path, value, "keys and values in braces");
        }
        Map<String, Object> entries = new LinkedHashMap<>();
        if (valueType == String.class) {
            // Dotted keys are nested objects to HOCON, but names such as spark.sql.shuffle.partitions to the reader.
            object.toConfig().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> entries.put(
                            String.join(".", ConfigUtil.splitPath(entry.getKey())),
                            bind(path + "." + entry.getKey(), entry.getValue(), String.class)));
        } else {
            object.forEach((key, each) -> entries.put(key, bind(child(path, key), each, valueType)));
        }
        entries.values().removeIf(Objects::isNull);
        return entries;
    }

    private Object bindChoice(String path, ConfigValue value, Class<?> sealed) {
        if (!(value instanceof ConfigObject section)) {
            return expected(path, value, "a section with a %s".formatted(CHOICE));
        }
        Map<String, Class<?>> choices = new LinkedHashMap<>();
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            choices.put(choiceName(permitted, sealed), permitted);
        }
        String expected = "one of " + String.join(", ", choices.keySet());
        ConfigValue chosen = section.get(CHOICE);
        if (chosen == null) {
            return problem(child(path, CHOICE), section.origin(), "missing; expected " + expected);
        }
        String name = String.valueOf(chosen.unwrapped());
        Class<?> choice = choices.get(name);
        if (choice == null) {
            return problem(
                    child(path, CHOICE),
                    chosen.origin(),
                    "expected %s, found %s%s".formatted(expected, name, Keys.suggestion(name, choices.keySet())));
        }
        return bindSection(path, section, choice, Set.of(CHOICE));
    }

    private static String choiceName(Class<?> choice, Class<?> sealed) {
        String name = choice.getSimpleName();
        String family = sealed.getSimpleName();
        String own = name.endsWith(family) ? name.substring(0, name.length() - family.length()) : name;
        return Keys.kebab(own.isEmpty() ? name : own);
    }

    /** @param reserved keys of the section that are not the record's */
    private Object bindSection(String path, ConfigValue value, Class<?> type, Set<String> reserved) {
        if (!(value instanceof ConfigObject section)) {
            return expected(path, value, "a section in braces");
        }
        int problemsBefore = problems.size();
        Set<String> known = new LinkedHashSet<>(reserved);
        Object bound = bindRecord(path, section, type, known);
        refuseUnknownKeys(path, section, known, !reserved.isEmpty());
        return problems.size() > problemsBefore ? null : bound;
    }

    /** @param known gets the keys that the record has, those of its flattened components included */
    private Object bindRecord(String path, ConfigObject section, Class<?> type, Set<String> known) {
        int problemsBefore = problems.size();
        RecordComponent[] components = type.getRecordComponents();
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            if (components[i].isAnnotationPresent(Flattened.class)) {
                arguments[i] = bindRecord(path, section, components[i].getType(), known);
                continue;
            }
            String key = Keys.kebab(components[i].getName());
            known.add(key);
            arguments[i] = component(child(path, key), section, key, components[i].getGenericType());
        }
        return problems.size() > problemsBefore ? null : construct(path, section, type, components, arguments);
    }

    private Object component(String path, ConfigObject section, String key, Type type) {
        ConfigValue value = section.get(key);
        if (value != null) {
            return bind(path, value, type);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return Optional.empty();
        }
        if (type == OptionalInt.class) {
            return OptionalInt.empty();
        }
        if (type == OptionalLong.class) {
            return OptionalLong.empty();
        }
        if (type == OptionalDouble.class) {
            return OptionalDouble.empty();
        }
        return problem(path, section.origin(), "missing");
    }

    private void refuseUnknownKeys(String path, ConfigObject section, Set<String> known, boolean chosen) {
        Set<String> unknown = new HashSet<>(section.keySet());
        unknown.removeAll(known);
        unknown.stream().sorted().forEach(key -> {
            ConfigValue value = section.get(key);
            if (!(chosen && isDefault.test(child(path, key), value))) {
                problem(child(path, key), value.origin(), "unknown key" + Keys.suggestion(key, known));
            }
        });
    }

    private Object construct(
            String path, ConfigObject section, Class<?> type, RecordComponent[] components, Object[] arguments) {
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
        }
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException
                    || e.getCause() instanceof ConfigurationException
                    || e.getCause() instanceof NullPointerException) {
                String.valueOf(e.getCause().getMessage())
                        .lines()
                        .forEach(line -> refused(path, section, components, line));
                return null;
            }
            throw new IllegalStateException("Cannot make a %s".formatted(type.getName()), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot make a %s".formatted(type.getName()), e);
        }
    }

    private void refused(String path, ConfigObject section, RecordComponent[] components, String message) {
        for (RecordComponent component : components) {
            String key = Keys.kebab(component.getName());
            for (String name : List.of(component.getName(), key)) {
                if (message.startsWith(name + " ")) {
                    ConfigValue value = section.get(key);
                    ConfigOrigin origin = value == null ? section.origin() : value.origin();
                    problem(child(path, key), origin, message.substring(name.length() + 1));
                    return;
                }
            }
        }
        // A message may name its section by itself.
        String ownName = path.substring(path.lastIndexOf('.') + 1) + ": ";
        problem(path, section.origin(), message.startsWith(ownName) ? message.substring(ownName.length()) : message);
    }

    private static String child(String path, String key) {
        return path + "." + ConfigUtil.joinPath(key);
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private <T> T expected(String path, ConfigValue value, String wanted) {
        return problem(path, value.origin(), "expected %s, found %s".formatted(wanted, value.render(Scalars.FOUND)));
    }

    /** Notes the problem; the null is returned in place of the value. */
    @SuppressWarnings("TypeParameterUnusedInFormals")
    private <T> T problem(String path, ConfigOrigin origin, String message) {
        problems.add(Problem.at(origin, path, message));
        return null;
    }
}
