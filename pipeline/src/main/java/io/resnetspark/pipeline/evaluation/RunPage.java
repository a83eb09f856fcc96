package io.resnetspark.pipeline.evaluation;

import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.time.Duration;
import java.util.Map;

/** The page of a run: how it stands and its curves so far, in the look of the report that will replace it. */
public final class RunPage {

    private static final Duration REFRESH = Duration.ofSeconds(20);

    private RunPage() {}

    /**
     * Writes or replaces {@value ReportDirectory#PAGE}. A browser that shows a run in progress reloads it by
     * itself.
     *
     * @param directory where the run's report will be, {@code runs/<id>/report}; need not exist
     * @param settings what to show of the run's configuration, in this order
     * @return the page
     */
    public static String write(
            AtomicStore directory, TrainingStatus status, RunCurves run, Map<String, String> settings) {
        directory.replaceText(ReportDirectory.PAGE, ReportPage.ofRun(status, run, settings, (int) REFRESH.toSeconds()));
        return directory.path(ReportDirectory.PAGE).toString();
    }
}
