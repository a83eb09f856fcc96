package io.resnetspark.pipeline.training.worker;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockManagerId;
import org.apache.spark.util.CollectionAccumulator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;

/**
 * One name per worker, in as many partitions, each of which prefers the executor it was last at: the worker's network is
 * there. Without this Spark deals workers out anew in every round, and in the end every executor holds all of them. It is a
 * preference only; a worker whose executor is gone or busy runs elsewhere.
 */
public final class ResidentShards extends RDD<String> implements PlacedInScala212 {

    private static final long serialVersionUID = 1L;

    private final int workers;
    private final CollectionAccumulator<Place> visits;
    /** Used on the driver alone. */
    private final transient Map<Integer, String> lastPlaces = new ConcurrentHashMap<>();

    private record Place(int worker, String executor) implements Serializable {}

    private record Shard(int index) implements Partition {}

    private ResidentShards(SparkContext context, int workers) {
        super(withoutElements(context, workers), ClassTag$.MODULE$.apply(String.class));
        this.workers = workers;
        this.visits = context.collectionAccumulator();
    }

    public static JavaRDD<String> of(SparkContext context, int workers) {
        return new ResidentShards(context, workers).toJavaRDD();
    }

    /** A parent that nothing is taken from: the constructor without one asks for another type of sequence in each Scala. */
    private static RDD<String> withoutElements(SparkContext context, int partitions) {
        return JavaSparkContext.fromSparkContext(context)
                .<String>parallelize(List.of(), partitions)
                .rdd();
    }

    @Override
    public Partition[] getPartitions() {
        Partition[] shards = new Partition[workers];
        for (int worker = 0; worker < workers; worker++) {
            shards[worker] = new Shard(worker);
        }
        return shards;
    }

    @Override
    public scala.collection.Iterator<String> compute(Partition shard, TaskContext task) {
        BlockManagerId here = SparkEnv.get().blockManager().blockManagerId();
        // how Spark writes the location of a task that is to run at one executor
        visits.add(new Place(shard.index(), "executor_%s_%s".formatted(here.host(), here.executorId())));
        return JavaConverters.asScalaIterator(List.of("worker-" + shard.index()).iterator());
    }

    @Override
    public scala.collection.immutable.Seq<String> getPreferredLocations(Partition shard) {
        synchronized (visits) {
            visits.value().forEach(place -> lastPlaces.put(place.worker(), place.executor()));
            visits.reset();
        }
        String last = lastPlaces.get(shard.index());
        List<String> places = last == null ? List.of() : List.of(last);
        return JavaConverters.asScalaBuffer(places).toList();
    }
}
