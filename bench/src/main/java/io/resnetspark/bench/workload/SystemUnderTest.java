package io.resnetspark.bench.workload;

import io.resnetspark.model.error.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who is compared. Each has a process of its own. */
public sealed interface SystemUnderTest permits JvmSystem, PythonSystem {

    /** Name on the command line and in reports. */
    String label();

    /** Whether it takes part in that. */
    default boolean does(Mode mode) {
        return true;
    }

    /**
     * The systems that a name on the command line means: one, or all ways of a peer, for example {@code pytorch}.
     *
     * @throws ConfigurationException if there are none
     */
    static List<SystemUnderTest> named(String name) {
        List<SystemUnderTest> one =
                all().filter(system -> system.label().equals(name)).toList();
        List<SystemUnderTest> found = one.isEmpty()
                ? all().filter(system -> system instanceof PythonSystem python
                                && python.peer().equals(name))
                        .toList()
                : one;
        if (found.isEmpty()) {
            throw new ConfigurationException("There is no system \"%s\"; choose from %s"
                    .formatted(name, all().map(SystemUnderTest::label).collect(Collectors.joining(", "))));
        }
        return found;
    }

    private static Stream<SystemUnderTest> all() {
        return Stream.concat(Arrays.stream(JvmSystem.values()), Arrays.stream(PythonSystem.values()));
    }

    /** Whether a label is that of this project in some precision. */
    static boolean isOurs(String label) {
        return label.equals(JvmSystem.OURS.label()) || label.startsWith(JvmSystem.OURS.label() + "-");
    }
}
