package io.resnetspark.jobs.cli;

import io.resnetspark.model.Architecture;
import java.util.Arrays;
import java.util.Iterator;

/** The values of {@code --arch}, for help and shell completion. */
public final class ArchitectureNames implements Iterable<String> {

    @Override
    public Iterator<String> iterator() {
        return Arrays.stream(Architecture.values()).map(Architecture::label).iterator();
    }
}
