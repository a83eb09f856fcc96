package io.resnetspark.jobs.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On an option's field: the configuration key whose value the option replaces when it is given. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Overrides {

    /** For example {@code train.workers}. */
    String value();
}
