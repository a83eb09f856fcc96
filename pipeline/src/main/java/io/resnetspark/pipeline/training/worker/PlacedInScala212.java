package io.resnetspark.pipeline.training.worker;

import org.apache.spark.Partition;
import scala.collection.Seq;

/**
 * How Spark for Scala 2.12 declares where the partitions of an RDD are best computed; for Scala 2.13 it returns an immutable
 * sequence. The compiler gives a class that has both as supertypes a method for either.
 */
interface PlacedInScala212 {

    Seq<String> getPreferredLocations(Partition partition);
}
