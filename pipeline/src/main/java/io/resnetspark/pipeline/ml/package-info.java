/**
 * The name that {@link resnetspark.ml} had. Stages saved then carry it, and Spark ML asks the class of that name for a reader;
 * nothing else is here.
 */
package io.resnetspark.pipeline.ml;
