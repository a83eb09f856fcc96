/** Residual networks as DL4J computation graphs; no Spark, no configuration library. */
package io.resnetspark.model;
