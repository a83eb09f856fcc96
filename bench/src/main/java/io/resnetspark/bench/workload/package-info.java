/** What is timed: the same networks, once for each system, behind one interface. */
package io.resnetspark.bench.workload;
