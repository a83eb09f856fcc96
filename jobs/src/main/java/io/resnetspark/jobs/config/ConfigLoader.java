package io.resnetspark.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.resnetspark.model.error.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Layers the configuration of one command, each layer over the one before: the documented defaults of
 * {@code reference.conf}, configuration files in the order given, {@code key=value} settings, options of the command
 * line. Immutable: every method returns a new loader.
 */
public final class ConfigLoader {

    private static final String DEFAULTS = "io/resnetspark/jobs/reference.conf";

    private final Config defaults;
    private final List<Config> overlays;

    private ConfigLoader(Config defaults, List<Config> overlays) {
        this.defaults = defaults;
        this.overlays = List.copyOf(overlays);
    }

    /** Starts from the {@code reference.conf} that ships with the application. */
    public static ConfigLoader shippedDefaults() {
        ConfigParseOptions options = ConfigParseOptions.defaults()
                .setAllowMissing(false)
                .setClassLoader(ConfigLoader.class.getClassLoader());
        return new ConfigLoader(ConfigFactory.parseResources(DEFAULTS, options), List.of());
    }

    /**
     * Starts from the given text.
     *
     * @param name how messages call it
     */
    public static ConfigLoader defaults(String name, String hocon) {
        ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(name);
        return new ConfigLoader(ConfigFactory.parseString(hocon, options), List.of());
    }

    /**
     * Lays a HOCON file ({@code .conf}, {@code .json}, {@code .properties}) over what is there.
     *
     * @throws ConfigurationException if the file is missing or its syntax is wrong
     */
    public ConfigLoader withFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ConfigurationException("No such configuration file: %s".formatted(file));
        }
        try {
            ConfigParseOptions options = ConfigParseOptions.defaults().setAllowMissing(false);
            if (!file.toString().matches(".*\\.(conf|json|properties)")) {
                options = options.setSyntax(ConfigSyntax.CONF);
            }
            return with(ConfigFactory.parseFile(file.toFile(), options));
        } catch (ConfigException e) {
            throw new ConfigurationException("Cannot read the configuration: %s".formatted(e.getMessage()), e);
        }
    }

    /**
     * Lays one {@code key=value} over what is there. The value is taken as it stands, unless it starts like a list, an
     * object or a quoted text of HOCON.
     *
     * @throws ConfigurationException if it has no {@code =}, the key is no path, or a HOCON value does not parse
     */
    public ConfigLoader withSetting(String setting) {
        int equals = setting.indexOf('=');
        if (equals <= 0) {
            throw new ConfigurationException(
                    "--set wants key=value, for example train.epochs=10; found %s".formatted(setting));
        }
        String key = setting.substring(0, equals).strip();
        String text = setting.substring(equals + 1).strip();
        try {
            return with(ConfigFactory.empty().withValue(key, settingValue(text, "--set " + setting)));
        } catch (ConfigException e) {
            throw new ConfigurationException("Cannot read --set %s: %s".formatted(setting, e.getMessage()), e);
        }
    }

    private static ConfigValue settingValue(String text, String origin) {
        if (text.equals("null")) {
            return ConfigValueFactory.fromAnyRef(null, origin);
        }
        if (text.startsWith("[") || text.startsWith("{") || text.startsWith("\"")) {
            ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(origin);
            return ConfigFactory.parseString("value = " + text, options).getValue("value");
        }
        return ConfigValueFactory.fromAnyRef(text, origin);
    }

    /**
     * Lays the value of an option over what is there.
     *
     * @param option as the user typed it, for messages: {@code --workers}
     * @param key the configuration key it stands for
     * @param value a string, number, boolean, or a list or map of them; null clears what lower layers have set
     */
    public ConfigLoader withOption(String option, String key, Object value) {
        return with(ConfigFactory.empty().withValue(key, ConfigValueFactory.fromAnyRef(value, option)));
    }

    private ConfigLoader with(Config overlay) {
        List<Config> layered = new ArrayList<>(overlays);
        layered.add(overlay);
        return new ConfigLoader(defaults, layered);
    }

    /**
     * Merges the layers and resolves {@code ${substitutions}}, from the configuration itself and from the environment.
     *
     * @throws ConfigurationException if a substitution leads nowhere, or a section is none of the defaults' sections
     */
    public ResolvedConfig load() {
        Config merged = defaults;
        for (Config overlay : overlays) {
            merged = overlay.withFallback(merged);
        }
        try {
            merged = merged.resolve();
        } catch (ConfigException e) {
            throw new ConfigurationException("Cannot resolve the configuration: %s".formatted(e.getMessage()), e);
        }
        refuseUnknownSections(merged);
        return new ResolvedConfig(merged, defaults.resolve());
    }

    private void refuseUnknownSections(Config merged) {
        List<Problem> problems = new ArrayList<>();
        for (Map.Entry<String, ConfigValue> section : merged.root().entrySet()) {
            if (!defaults.root().containsKey(section.getKey())) {
                problems.add(Problem.at(
                        section.getValue().origin(),
                        ConfigUtil.joinPath(section.getKey()),
                        "unknown section"
                                + Keys.suggestion(
                                        section.getKey(), defaults.root().keySet())));
            }
        }
        if (!problems.isEmpty()) {
            throw Problem.exception(problems);
        }
    }
}
