package io.resnetspark.model.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** Microsoft's runtime with one model. */
final class OnnxRuntime implements AutoCloseable {

    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private final OrtSession session;

    OnnxRuntime(byte[] model) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = ENVIRONMENT.createSession(model, options);
        }
    }

    /** As it lies in a file, which takes no memory of Java's. */
    OnnxRuntime(Path model) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = ENVIRONMENT.createSession(model.toString(), options);
        }
    }

    OrtSession session() {
        return session;
    }

    /** Logits by image, of pixels {@code [N, C, H, W]}. */
    float[][] logits(float[] images, long... shape) throws OrtException {
        return logits(OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(images), shape));
    }

    /** Logits by image, of pixels {@code [N, H, W, C]}. */
    float[][] logits(byte[] images, long... shape) throws OrtException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(images.length).put(images).flip();
        return logits(OnnxTensor.createTensor(ENVIRONMENT, bytes, shape, OnnxJavaType.UINT8));
    }

    private float[][] logits(OnnxTensor images) throws OrtException {
        try (images;
                OrtSession.Result result = session.run(Map.of("images", images))) {
            return (float[][]) result.get("logits").orElseThrow().getValue();
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
