package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.metrics.ScoredExample;
import io.resnetspark.model.metrics.TemperatureScaling;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.sql.Row;

/** One row of {@link ClassifyImages#SCORED}. Logits travel as four big-endian bytes each. */
record ScoredRow(Row row) {

    static byte[] pack(float[] logits) {
        ByteBuffer bytes = ByteBuffer.allocate(logits.length * Float.BYTES);
        bytes.asFloatBuffer().put(logits);
        return bytes.array();
    }

    String imageId() {
        return row.getAs("image_id");
    }

    String origin() {
        return row.getAs("origin");
    }

    int label() {
        return row.<Integer>getAs("label");
    }

    List<String> slices() {
        return row.getList(row.fieldIndex("slices"));
    }

    float[] logits(int model) {
        List<byte[]> packed = row.getList(row.fieldIndex("logits"));
        ByteBuffer bytes = ByteBuffer.wrap(packed.get(model));
        float[] logits = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(logits);
        return logits;
    }

    /** @param temperature what the logits are divided by */
    ScoredExample example(int model, double temperature) {
        float[] logits = logits(model);
        return new ScoredExample(label(), temperature == 1 ? logits : TemperatureScaling.apply(logits, temperature));
    }
}
