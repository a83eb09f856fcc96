package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.pipeline.dataset.DatasetFiles;
import io.resnetspark.pipeline.dataset.DatasetManifest;
import io.resnetspark.pipeline.dataset.Split;
import java.net.URI;
import org.apache.hadoop.fs.Path;

/**
 * A split of a dataset as MLflow's dataset tracking knows it: the Delta table at a version.
 *
 * @param name of the dataset and the split
 * @param digest tells contents apart
 * @param table path of the Delta table of images
 * @param tableVersion its version
 * @param images in the split
 * @param context what it is used for: {@code training}, {@code validation}, {@code evaluation}
 */
public record DatasetInput(String name, String digest, String table, long tableVersion, long images, String context) {

    /** The longest digest that MLflow takes. */
    private static final int DIGEST_CHARACTERS = 36;

    /** A split of that version of a dataset. */
    public static DatasetInput of(DatasetFiles files, DatasetManifest manifest, Split split, String context) {
        String fingerprint = manifest.content().fingerprint();
        return new DatasetInput(
                new Path(URI.create(files.root())).getName() + "/" + split.label(),
                fingerprint.substring(0, Math.min(DIGEST_CHARACTERS, fingerprint.length())),
                files.images(),
                manifest.tables().tableVersion(),
                manifest.split(split).images(),
                context);
    }

    ObjectNode json() {
        ObjectNode input = MlflowApi.JSON.createObjectNode();
        input.putArray("tags").addObject().put("key", "mlflow.data.context").put("value", context);
        ObjectNode source = MlflowApi.JSON
                .createObjectNode()
                .put("path", table)
                .put("delta_table_version", tableVersion)
                .put("is_databricks_uc_table", false);
        ObjectNode schema = MlflowApi.JSON.createObjectNode();
        schema.putArray("mlflow_colspec")
                .add(column("binary", "bytes"))
                .add(column("string", "label_name"))
                .add(column("string", "image_id"));
        input.putObject("dataset")
                .put("name", name)
                .put("digest", digest)
                .put("source_type", "delta_table")
                .put("source", source.toString())
                .put("schema", schema.toString())
                .put(
                        "profile",
                        MlflowApi.JSON
                                .createObjectNode()
                                .put("num_rows", images)
                                .toString());
        return input;
    }

    private static ObjectNode column(String type, String name) {
        return MlflowApi.JSON
                .createObjectNode()
                .put("type", type)
                .put("name", name)
                .put("required", true);
    }
}
