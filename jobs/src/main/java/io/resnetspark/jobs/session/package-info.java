/** Opens Spark: embedded, on a cluster, or as spark-submit has set it up. */
package io.resnetspark.jobs.session;
