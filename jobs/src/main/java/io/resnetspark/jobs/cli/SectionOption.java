package io.resnetspark.jobs.cli;

import java.util.Map;

/** The value of an option that stands for several keys of the section it overrides. */
public interface SectionOption {

    /** Keys and values below the overridden section. */
    Map<String, Object> keys();
}
