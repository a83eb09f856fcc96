package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.SoftmaxLoss;
import io.resnetspark.model.program.BatchLoss;
import java.util.List;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Output layer: softmax of the logits {@code [N, classes]}, trained with the cross-entropy against labels {@code [N,
 * classes]} (one-hot or soft). Its activations are probabilities; the gradient it starts is of the <em>sum</em> over the
 * batch, which the optimiser divides.
 */
public final class SoftmaxCrossEntropy extends KernelLayerConf {

    private static final long serialVersionUID = 1L;

    @Override
    public List<ParameterSpec> parameters() {
        return List.of();
    }

    @Override
    public long multiplyAccumulates(InputType input) {
        return 0;
    }

    @Override
    InputType outputType(InputType input) {
        return input;
    }

    @Override
    KernelLayer<SoftmaxCrossEntropy> instantiate(NeuralNetConfiguration conf, DataType dataType) {
        return new OutputLayer(conf, dataType);
    }

    private static final class OutputLayer extends KernelLayer<SoftmaxCrossEntropy>
            implements IOutputLayer, ClassificationLoss {

        private static final long serialVersionUID = 1L;

        private transient INDArray labels;
        private double lossSum;
        private int correct;
        private boolean lossKnown;

        OutputLayer(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        @Override
        INDArray forward(boolean training, LayerWorkspaceMgr workspaces) {
            lossKnown = false;
            INDArray probabilities = newOutput(workspaces, input.shape());
            float[] values = flat(input);
            SoftmaxLoss.softmax(values, Math.toIntExact(input.size(1)));
            probabilities.assign(Nd4j.createFromArray(values).reshape('c', input.shape()));
            return probabilities;
        }

        @Override
        INDArray backward(INDArray none, LayerWorkspaceMgr workspaces) {
            float[] gradient = lossAndGradient();
            INDArray result = newInputGradient(workspaces);
            result.assign(Nd4j.createFromArray(gradient).reshape('c', input.shape()));
            return result;
        }

        /** Sets the loss and the count of correct predictions; returns {@code softmax(logits) - labels}. */
        private float[] lossAndGradient() {
            float[] logits = flat(input);
            BatchLoss loss = SoftmaxLoss.gradient(logits, flat(labels), Math.toIntExact(input.size(1)));
            lossSum = loss.lossSum();
            correct = loss.correct();
            lossKnown = true;
            return logits;
        }

        private static float[] flat(INDArray array) {
            return array.reshape('c', new long[] {array.length()}).toFloatVector();
        }

        @Override
        public double lossSum() {
            return lossSum;
        }

        @Override
        public int correct() {
            return correct;
        }

        /** Computed from the current input and labels, unless backpropagation has done so. */
        @Override
        public double computeScore(double regularization, boolean training, LayerWorkspaceMgr workspaces) {
            if (!lossKnown) {
                lossAndGradient();
            }
            return lossSum / input.size(0) + regularization;
        }

        @Override
        public INDArray computeScoreForExamples(double regularization, LayerWorkspaceMgr workspaces) {
            throw unsupported("scores of single examples");
        }

        @Override
        public double score() {
            return lossSum / input.size(0);
        }

        @Override
        public boolean needsLabels() {
            return true;
        }

        @Override
        public void setLabels(INDArray newLabels) {
            labels = newLabels;
            lossKnown = false;
        }

        @Override
        public INDArray getLabels() {
            return labels;
        }

        @Override
        void forgetKernels() {
            // softmax is too small to need one
        }

        @Override
        public double f1Score(DataSet data) {
            throw unsupported("evaluation of a single layer");
        }

        @Override
        public double f1Score(INDArray examples, INDArray expected) {
            throw unsupported("evaluation of a single layer");
        }

        @Override
        public int numLabels() {
            return Math.toIntExact(labels.size(1));
        }

        @Override
        public void fit(DataSetIterator iterator) {
            throw unsupported("training of a single layer");
        }

        @Override
        public int[] predict(INDArray examples) {
            throw unsupported("prediction by a single layer");
        }

        @Override
        public List<String> predict(DataSet data) {
            throw unsupported("prediction by a single layer");
        }

        @Override
        public void fit(INDArray examples, INDArray expected) {
            throw unsupported("training of a single layer");
        }

        @Override
        public void fit(DataSet data) {
            throw unsupported("training of a single layer");
        }

        @Override
        public void fit(INDArray examples, int[] expected) {
            throw unsupported("training of a single layer");
        }

        private static UnsupportedOperationException unsupported(String what) {
            return new UnsupportedOperationException("The output layer does not offer " + what + "; use the graph");
        }
    }
}
