package resnetspark.ml;

import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import scala.Option;

/** Stages as Spark ML lays them out: parameters in {@code metadata/}, the network, if there is one, in {@code data/}. */
final class ModelStorage {

    private static final String DATA = "data";

    private ModelStorage() {}

    /** Writes a stage with its network. */
    static final class Writer extends MLWriter {

        private final Params stage;
        private final TrainedNetwork network;

        Writer(Params stage, TrainedNetwork network) {
            this.stage = stage;
            this.network = network;
        }

        @Override
        public void saveImpl(String path) {
            DefaultParamsWriter.saveMetadata(stage, path, sc(), Option.empty(), Option.empty());
            Configuration hadoop = sparkSession().sessionState().newHadoopConf();
            network.write(new Path(path, DATA).toString(), hadoop);
        }
    }

    /** Reads a stage, whatever package its class was in when it was saved. */
    static final class Reader<T extends Params> extends MLReader<T> {

        private final Class<T> type;
        private final BiFunction<String, Supplier<TrainedNetwork>, T> maker;
        private final BiConsumer<T, Supplier<TrainedNetwork>> end;

        /** @param maker of a stage with a uid, and a network where it wants that */
        Reader(Class<T> type, BiFunction<String, Supplier<TrainedNetwork>, T> maker) {
            this(type, maker, (stage, network) -> {});
        }

        /** @param end of reading, once the stage has its parameters */
        Reader(
                Class<T> type,
                BiFunction<String, Supplier<TrainedNetwork>, T> maker,
                BiConsumer<T, Supplier<TrainedNetwork>> end) {
            this.type = type;
            this.maker = maker;
            this.end = end;
        }

        @Override
        public T load(String path) {
            DefaultParamsReader.Metadata metadata = DefaultParamsReader.loadMetadata(path, sc(), "");
            if (!metadata.className().endsWith("." + type.getSimpleName())) {
                throw new IllegalArgumentException(
                        "%s is a %s, no %s".formatted(path, metadata.className(), type.getSimpleName()));
            }
            Configuration hadoop = sparkSession().sessionState().newHadoopConf();
            Supplier<TrainedNetwork> network = () -> TrainedNetwork.read(new Path(path, DATA).toString(), hadoop);
            T stage = maker.apply(metadata.uid(), network);
            metadata.getAndSetParams(stage, Option.empty());
            end.accept(stage, network);
            return stage;
        }
    }
}
