/** What a run found, as JSON and as a table. */
package io.resnetspark.bench.report;
