/** The application on Spark 3.5, and its files between that and the embedded Spark. */
package io.resnetspark.spark35;
