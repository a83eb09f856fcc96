/** Command line and Spark entry points: parse, load configuration, open Spark, call one pipeline class. */
package io.resnetspark.jobs;
