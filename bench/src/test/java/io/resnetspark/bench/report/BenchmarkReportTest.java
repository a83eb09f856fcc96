package io.resnetspark.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.bench.process.Task;
import io.resnetspark.bench.schedule.Outcome;
import io.resnetspark.bench.workload.JvmSystem;
import io.resnetspark.bench.workload.Mode;
import io.resnetspark.bench.workload.Network;
import io.resnetspark.bench.workload.SystemUnderTest;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchmarkReportTest {

    private static final Task TASK = new Task(Network.RESNET18, Mode.TRAIN, 16, 2);
    private static final Task OTHER = new Task(Network.RESNET18, Mode.INFER, 16, 2);

    private final BenchmarkReport report = BenchmarkReport.of(
            "2026-11-23T10:00:00Z",
            12.5,
            new Machine("a processor", 2, 15.6, "Linux", "17", 0.25),
            Map.of("ours", "resnet-spark", "djl-pytorch", "PyTorch"),
            List.of(
                    result(JvmSystem.OURS, TASK, 0.5, 1.0, 0.8),
                    result(JvmSystem.DJL_PYTORCH, TASK, 2.0, 1.6, 1.0),
                    result(JvmSystem.DJL_PYTORCH, OTHER, 1.0)),
            List.of(new Exclusion("dl4j", "resnet18@224", "train", "too slow")));

    @Test
    void jsonHasTheFieldsOfTheContract() throws Exception {
        JsonNode json = JsonDocument.tree(report);

        JsonNode ours = json.at("/results/0");
        assertThat(ours.get("system").asText()).isEqualTo("ours");
        assertThat(ours.get("network").asText()).isEqualTo("resnet18@224");
        assertThat(ours.get("mode").asText()).isEqualTo("train");
        assertThat(ours.get("images_per_second_median").asDouble()).isEqualTo(20);
        assertThat(ours.get("images_per_second_min").asDouble()).isEqualTo(16);
        assertThat(ours.get("images_per_second_max").asDouble()).isEqualTo(32);
        assertThat(ours.get("images_per_second")).hasSize(3);
        assertThat(json.at("/machine/load_average_at_start").asDouble()).isEqualTo(0.25);
        assertThat(json.at("/excluded/0/reason").asText()).isEqualTo("too slow");
    }

    @Test
    void ratiosCompareMediansOfTheSameTaskOnly() {
        assertThat(report.ratios()).containsExactly(new Ratio("resnet18@224", "train", "ours", "djl-pytorch", 2.0));
    }

    @Test
    void tableShowsEveryResultItsRatioAndWhatIsMissing() {
        assertThat(ResultTable.of(report))
                .containsPattern("resnet18@224 b16 +train +ours +20\\.0 +\\[16\\.0, 32\\.0] +3 x 4\\R")
                .containsPattern(
                        "resnet18@224 b16 +train +djl-pytorch +10\\.0 +\\[8\\.00, 16\\.0] +3 x 4 +2\\.00 x as fast \\(ours\\)")
                .containsPattern("resnet18@224 b16 +infer +djl-pytorch +16\\.0 +\\[16\\.0, 16\\.0] +1 x 4\\R")
                .containsPattern("train +dl4j +left out +too slow");
    }

    private static Result result(SystemUnderTest system, Task task, Double... stepSeconds) {
        return Result.of(system, task, 11_689_512, new Outcome.Measured(4, List.of(stepSeconds)));
    }
}
