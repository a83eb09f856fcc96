package io.resnetspark.pipeline.storage;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a component of a record that is itself a record: its keys lie among those of the outer record, in JSON and in
 * configuration files, and the component has no key of its own. So a record can be split by concern while files stay as they
 * are.
 */
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Flattened {}
