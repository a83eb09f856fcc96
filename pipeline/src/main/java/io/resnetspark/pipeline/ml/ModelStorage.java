package io.resnetspark.pipeline.ml;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import scala.Option;

/** Models as Spark ML lays them out: parameters in {@code metadata/}, the network in {@code data/}. */
final class ModelStorage {

    private static final String DATA = "data";

    private ModelStorage() {}

    /** Writes a model. */
    static final class Writer extends MLWriter {

        private final ResNetClassificationModel model;
        private final TrainedNetwork network;

        Writer(ResNetClassificationModel model, TrainedNetwork network) {
            this.model = model;
            this.network = network;
        }

        @Override
        public void saveImpl(String path) {
            DefaultParamsWriter.saveMetadata(model, path, sc(), Option.empty(), Option.empty());
            Configuration hadoop = sparkSession().sessionState().newHadoopConf();
            network.write(new Path(path, DATA).toString(), hadoop);
        }
    }

    /** Reads a model. */
    static final class Reader extends MLReader<ResNetClassificationModel> {

        @Override
        public ResNetClassificationModel load(String path) {
            DefaultParamsReader.Metadata metadata =
                    DefaultParamsReader.loadMetadata(path, sc(), ResNetClassificationModel.class.getName());
            Configuration hadoop = sparkSession().sessionState().newHadoopConf();
            TrainedNetwork network = TrainedNetwork.read(new Path(path, DATA).toString(), hadoop);
            ResNetClassificationModel model = new ResNetClassificationModel(metadata.uid(), network);
            metadata.getAndSetParams(model, Option.empty());
            return model;
        }
    }
}
