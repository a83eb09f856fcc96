/** A real Spark standalone cluster of separate JVMs on this machine, for tests. */
package io.resnetspark.jobs.cluster;
