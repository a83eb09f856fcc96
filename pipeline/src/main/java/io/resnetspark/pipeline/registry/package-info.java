/** Models that have been kept: numbered versions, and names such as {@code champion} that point to them. */
package io.resnetspark.pipeline.registry;
