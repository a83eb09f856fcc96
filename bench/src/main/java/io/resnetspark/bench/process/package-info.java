/** One JVM for each system, which waits idle until it is its turn. */
package io.resnetspark.bench.process;
