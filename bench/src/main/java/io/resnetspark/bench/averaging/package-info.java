/** What averaging on Spark costs: images per second, phases of a round, and a model of them. */
package io.resnetspark.bench.averaging;
