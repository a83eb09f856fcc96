/** What commands tell other systems, read by those systems. */
package io.resnetspark.jobs.tracking;
