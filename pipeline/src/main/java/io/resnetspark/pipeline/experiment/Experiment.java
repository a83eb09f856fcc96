package io.resnetspark.pipeline.experiment;

import io.resnetspark.pipeline.training.TrainConfig;
import java.util.List;
import java.util.Optional;

/** A claim, and the trainings that show whether it holds. */
public sealed interface Experiment permits Degradation, DepthVsWidth, BatchNormBenefit, AveragingCost {

    /** On the command line and in files, for example {@code batch-norm}. */
    String name();

    /** What the page says. */
    Story story();

    /** What is varied: names of networks. */
    List<String> networks();

    /** How each network is trained, but for what is varied. */
    TrainConfig train();

    /** The same question asked of other networks, trained otherwise. */
    Experiment with(List<String> otherNetworks, TrainConfig otherTrain);

    /** In the order they are shown. */
    List<Training> trainings();

    /** In the order they are shown. */
    List<Plot> plots();

    /** Published numbers to see beside ours. */
    default Optional<ReferenceTable> reference() {
        return Optional.empty();
    }

    /**
     * @param title a few words
     * @param question what is asked
     * @param claim what was published
     * @param setting how it is asked here
     */
    record Story(String title, String question, String claim, String setting) {}

    /** A table from the literature, rows of cells as text. */
    record ReferenceTable(String title, String source, List<String> columns, List<List<String>> rows) {}
}
