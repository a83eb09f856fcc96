package io.resnetspark.pipeline.training.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.layer.ParameterSpec.Kind;
import io.resnetspark.pipeline.training.averaging.SlicePlan.Slice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlicePlanTest {

    private static final ParameterLayout LAYOUT = ParameterLayout.of(Architecture.CIFAR_RESNET20.spec());

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 16})
    void slicesCoverTheVectorAndKeepStatisticsTogether(int wanted) {
        SlicePlan plan = SlicePlan.of(LAYOUT, wanted);
        int end = 0;
        int statistics = 0;
        for (Slice slice : plan.slices()) {
            assertThat(slice.start()).isEqualTo(end);
            end = slice.end();
            statistics += slice.statistics().size();
            slice.statistics().forEach(pair -> {
                assertThat(segmentAt(slice.start() + pair.mean())).isEqualTo(Kind.RUNNING_MEAN);
                assertThat(segmentAt(slice.start() + pair.variance())).isEqualTo(Kind.RUNNING_VARIANCE);
                assertThat(pair.variance() + pair.channels()).isLessThanOrEqualTo(slice.length());
            });
        }
        assertThat(end).isEqualTo(LAYOUT.length());
        assertThat(statistics).isEqualTo(19);
        assertThat(plan.slices()).hasSizeLessThanOrEqualTo(wanted);
    }

    /** However large a layer is, no slice waits for it: what one task averages shrinks with the number of workers. */
    @ParameterizedTest
    @ValueSource(ints = {2, 16, 1000})
    void slicesAreNoLongerThanTheirShareAndOneBatchNorm(int wanted) {
        int share = (LAYOUT.length() + wanted - 1) / wanted;
        int widestBatchNorm = 4 * 64;
        assertThat(SlicePlan.of(LAYOUT, wanted).slices())
                .allSatisfy(slice -> assertThat(slice.length()).isLessThanOrEqualTo(share + widestBatchNorm));
    }

    private static Kind segmentAt(int offset) {
        return LAYOUT.segments().stream()
                .filter(segment -> segment.offset() == offset)
                .findFirst()
                .orElseThrow()
                .kind();
    }
}
