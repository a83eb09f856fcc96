/** What processes tell over HTTP. */
package io.resnetspark.jobs.http;
