/** What benchmarks that train on Spark share: a session, drawn images prepared as a dataset. */
package io.resnetspark.bench.spark;
