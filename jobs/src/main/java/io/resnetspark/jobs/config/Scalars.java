package io.resnetspark.jobs.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads single values: what a number, a boolean, an enum or a duration may look like. */
final class Scalars {

    static final ConfigRenderOptions FOUND = ConfigRenderOptions.concise();

    private Scalars() {}

    /**
     * @throws IllegalArgumentException saying what was expected and what was found
     */
    static Object read(ConfigValue value, Class<?> type) {
        if (type == int.class || type == Integer.class) {
            return whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE).intValueExact();
        }
        if (type == long.class || type == Long.class) {
            return whole(value, Long.MIN_VALUE, Long.MAX_VALUE).longValueExact();
        }
        if (type == double.class || type == Double.class) {
            return number(value, "a number").doubleValue();
        }
        if (type == float.class || type == Float.class) {
            return number(value, "a number").floatValue();
        }
        if (type == boolean.class || type == Boolean.class) {
            return switch (text(value, "true or false")) {
                case "true", "yes", "on" -> true;
                case "false", "no", "off" -> false;
                default -> throw unexpected(value, "true or false");
            };
        }
        if (type == String.class) {
            return text(value, "a text");
        }
        if (type == Path.class) {
            return Path.of(text(value, "a path"));
        }
        if (type == Duration.class) {
            return duration(value);
        }
        if (type == ZoneId.class) {
            return zone(value);
        }
        if (type.isEnum()) {
            return constant(value, type);
        }
        return parsed(value, type);
    }

    private static BigDecimal whole(ConfigValue value, long least, long most) {
        BigDecimal number = number(value, "a whole number");
        if (number.stripTrailingZeros().scale() > 0) {
            throw unexpected(value, "a whole number");
        }
        if (number.compareTo(BigDecimal.valueOf(least)) < 0 || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw unexpected(value, "a whole number from %d to %d".formatted(least, most));
        }
        return number;
    }

    private static BigDecimal number(ConfigValue value, String expected) {
        try {
            return new BigDecimal(text(value, expected));
        } catch (NumberFormatException e) {
            throw unexpected(value, expected);
        }
    }

    private static String text(ConfigValue value, String expected) {
        if (value.valueType() == ConfigValueType.OBJECT || value.valueType() == ConfigValueType.LIST) {
            throw unexpected(value, expected);
        }
        return String.valueOf(value.unwrapped());
    }

    private static Duration duration(ConfigValue value) {
        try {
            return value.atKey("value").getDuration("value");
        } catch (ConfigException e) {
            throw unexpected(value, "a duration such as 30 seconds");
        }
    }

    private static ZoneId zone(ConfigValue value) {
        String wanted = "a time zone such as Europe/Berlin or UTC";
        String name = text(value, wanted);
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    unexpected(value, wanted).getMessage() + Keys.suggestion(name, ZoneId.getAvailableZoneIds()), e);
        }
    }

    private static Object constant(ConfigValue value, Class<?> type) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> Keys.kebab(((Enum<?>) constant).name()))
                .toList();
        int index = names.indexOf(Keys.kebab(text(value, "one of " + String.join(", ", names))));
        if (index < 0) {
            throw new IllegalArgumentException(
                    unexpected(value, "one of " + String.join(", ", names)).getMessage()
                            + Keys.suggestion(String.valueOf(value.unwrapped()), names));
        }
        return type.getEnumConstants()[index];
    }

    private static Object parsed(ConfigValue value, Class<?> type) {
        Method parser = parser(type)
                .orElseThrow(
                        () -> new IllegalStateException("No configuration value is a %s".formatted(type.getName())));
        try {
            return parser.invoke(null, text(value, "a text"));
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(e.getCause().getMessage(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The type's own {@code static parse(String)}, if it has one. */
    static Optional<Method> parser(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals("parse")
                        && Modifier.isStatic(method.getModifiers())
                        && type.isAssignableFrom(method.getReturnType())
                        && Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class}))
                .peek(method -> method.setAccessible(true))
                .findFirst();
    }

    private static IllegalArgumentException unexpected(ConfigValue value, String expected) {
        return new IllegalArgumentException("expected %s, found %s".formatted(expected, value.render(FOUND)));
    }
}
