package io.resnetspark.pipeline.registry;

import io.resnetspark.model.error.ConfigurationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How users name a version: {@code photos@champion}, {@code photos@3}, or {@code photos}, which is its champion; wherever
 * other models can be named too, after {@value #SCHEME}.
 *
 * @param name of the model
 * @param selector which of its versions
 */
public record ModelReference(String name, Selector selector) {

    public static final String SCHEME = "registry:";

    private static final Pattern FORM = Pattern.compile("(?:registry:)?([^@]*)(?:@(.*))?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern ALIAS = Pattern.compile("[A-Za-z][A-Za-z0-9._-]*");

    /** Which version of a model. */
    public sealed interface Selector {

        /** The version an alias points to. */
        record Alias(String alias) implements Selector {
            public Alias {
                requireAlias(alias);
            }

            @Override
            public String toString() {
                return alias;
            }
        }

        /** @param version from 1 */
        record VersionNumber(int version) implements Selector {
            @Override
            public String toString() {
                return Integer.toString(version);
            }
        }
    }

    public ModelReference {
        requireName(name);
    }

    /** Whether {@code model} names a registered version rather than a run or a file. */
    public static boolean isReference(String model) {
        return model.startsWith(SCHEME);
    }

    /**
     * Reads a reference, with or without {@value #SCHEME}.
     *
     * @throws ConfigurationException if it is none
     */
    public static ModelReference parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new ConfigurationException(
                    "%s is no version of a model; write NAME@champion or NAME@3".formatted(text));
        }
        String selector = parts.group(2) == null ? RegistryState.CHAMPION : parts.group(2);
        return new ModelReference(
                parts.group(1),
                selector.matches("\\d{1,9}")
                        ? new Selector.VersionNumber(Integer.parseInt(selector))
                        : new Selector.Alias(selector));
    }

    /** @throws ConfigurationException unless {@code name} can name a model */
    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ConfigurationException(
                    "\"%s\" cannot name a model; use letters, digits, dots, dashes and underscores".formatted(name));
        }
    }

    /** @throws ConfigurationException unless {@code alias} can be one */
    static void requireAlias(String alias) {
        if (!ALIAS.matcher(alias).matches()) {
            throw new ConfigurationException(
                    "\"%s\" cannot be an alias; use a letter, then letters, digits, dots, dashes and underscores"
                            .formatted(alias));
        }
    }

    /** As it is written where a model is named, for example {@code registry:photos@3}. */
    @Override
    public String toString() {
        return SCHEME + name + "@" + selector;
    }
}
