package io.resnetspark.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.PrepareConfig.Resize;
import io.resnetspark.pipeline.dataset.PrepareConfig.ResizeRule;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.PrepareConfig.SplitOrigin;
import io.resnetspark.pipeline.dataset.PrepareConfig.Splits;
import org.junit.jupiter.api.Test;

class PrepareConfigTest {

    @Test
    void allProblemsAreReportedTogether() {
        PrepareConfig good = PrepareConfig.of("in", SourceFormat.IMAGE_FOLDER, "out");

        assertThatThrownBy(() -> new PrepareConfig(
                        " ",
                        good.format(),
                        good.output(),
                        2,
                        new Resize(ResizeRule.EXACT, 0),
                        good.storage(),
                        new Splits(SplitOrigin.HASH, 0.5, 0.1, 0.1, 0, 0),
                        1.5,
                        good.maxPixels(),
                        good.parquet()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("input")
                .hasMessageContaining("channels")
                .hasMessageContaining("resize.size-pixels")
                .hasMessageContaining("sum to 1")
                .hasMessageContaining("max-rejected-fraction");
    }
}
