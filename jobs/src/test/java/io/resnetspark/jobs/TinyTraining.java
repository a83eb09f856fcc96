package io.resnetspark.jobs;

import io.resnetspark.pipeline.run.RunDirectory;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Commands that take seconds, for tests of where they run: any two places must come to the same bits. */
public final class TinyTraining {

    private TinyTraining() {}

    /** Of folders of images. */
    public static List<String> prepare(String images, String data) {
        return List.of(
                "prepare",
                "--no-ui",
                "--format",
                "image-folder",
                "--input",
                images,
                "--split",
                "train=0.8,val=0.1,test=0.1",
                "--output",
                data);
    }

    /** Two workers, two epochs. */
    public static List<String> train(String data, String run) {
        return List.of(
                "train",
                "--no-ui",
                "--data",
                data,
                "--arch",
                "cifar-resnet20+blocks=1-1-1+widths=8-8-16",
                "--input-size",
                "16",
                "--workers",
                "2",
                "--batch-size",
                "8",
                "--epochs",
                "2",
                "--set",
                "train.threads-per-worker=1",
                "--output",
                run);
    }

    /** What a run has come to. */
    public static Object state(Path run) {
        return RunDirectory.at(run.toString(), new Configuration()).model().state();
    }
}
