package io.resnetspark.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SyntheticBatchTest {

    private final SyntheticBatch batch = SyntheticBatch.of(Network.CIFAR_RESNET20.spec(), 3);

    @Test
    void everySystemGetsTheSameImagesInItsOwnLayout() {
        INDArray last = Nd4j.create(batch.images(), batch.channelsLastShape(), 'c');
        INDArray first = Nd4j.create(batch.channelsFirst(), batch.channelsFirstShape(), 'c');

        assertThat(first).isEqualTo(last.permute(0, 3, 1, 2).dup('c'));
    }

    @Test
    void everyProcessMakesTheSameBatch() {
        SyntheticBatch again = SyntheticBatch.of(Network.CIFAR_RESNET20.spec(), 3);

        assertThat(again.images()).isEqualTo(batch.images());
        assertThat(again.labels()).isEqualTo(batch.labels());
    }

    @Test
    void oneHotRowsSayTheLabels() {
        INDArray rows = Nd4j.create(batch.oneHot(), new long[] {3, 10}, 'c');

        assertThat(rows.argMax(1).toIntVector()).isEqualTo(batch.labels());
        assertThat(rows.sumNumber().intValue()).isEqualTo(3);
    }
}
