/** Residual networks as DL4J computation graphs; no Spark, no configuration library. */
@NullMarked
package io.resnetspark.model;

import org.jspecify.annotations.NullMarked;
