package io.resnetspark.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.resnetspark.model.error.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The configuration a command runs with: all layers merged, nothing left to substitute. */
public final class ResolvedConfig {

    private final Config config;
    private final Config defaults;

    ResolvedConfig(Config config, Config defaults) {
        this.config = config;
        this.defaults = defaults;
    }

    /**
     * Binds a section to a record; {@link RecordBinder} has the rules.
     *
     * @param section path of the section, for example {@code train}
     * @throws ConfigurationException listing every problem of the section with the line it comes from
     */
    public <T extends Record> T bind(String section, Class<T> type) {
        return bind(section, type, Map.of());
    }

    /**
     * Binds a section to a record, and has values judged that no record can judge alone.
     *
     * @param checks by the paths of what they judge; {@code schedule.jobs[].command} is that of every job in the list
     * @throws ConfigurationException listing every problem of the section with the line it comes from
     */
    public <T extends Record> T bind(String section, Class<T> type, Map<String, ValueCheck> checks) {
        if (!config.hasPath(section)) {
            throw new ConfigurationException("The configuration has no section %s".formatted(section));
        }
        List<Problem> problems = new ArrayList<>();
        Object bound =
                new RecordBinder(this::isDefault, checks, problems).bind(section, config.getValue(section), type);
        if (!problems.isEmpty()) {
            throw Problem.exception(problems);
        }
        return type.cast(bound);
    }

    /** This configuration with another value of one key, for what a command derives from other keys. */
    public ResolvedConfig with(String key, Object value) {
        return new ResolvedConfig(
                config.withValue(key, ConfigValueFactory.fromAnyRef(value, "derived by the command")), defaults);
    }

    private boolean isDefault(String path, ConfigValue value) {
        return defaults.hasPath(path) && defaults.getValue(path).equals(value);
    }

    /**
     * The named sections, or all of them, as indented JSON: what is stored beside the results they made.
     *
     * @param sections paths of sections that exist
     */
    public String toJson(String... sections) {
        Config kept = sections.length == 0
                ? config
                : Stream.of(sections)
                        .map(config::withOnlyPath)
                        .reduce(Config::withFallback)
                        .orElseThrow();
        return kept.root().render(ConfigRenderOptions.concise().setFormatted(true));
    }
}
