/** What Kubernetes would be given. */
package io.resnetspark.jobs.kubernetes;
