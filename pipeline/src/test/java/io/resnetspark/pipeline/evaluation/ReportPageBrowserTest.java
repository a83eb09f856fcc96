package io.resnetspark.pipeline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.pipeline.run.TrainingStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a real browser: it draws everything, complains about nothing, and answers clicks and keys. */
class ReportPageBrowserTest {

    private HeadlessBrowser browser;

    @TempDir
    Path folder;

    @BeforeEach
    void findBrowser() {
        Optional<HeadlessBrowser> found = HeadlessBrowser.onPath();
        assumeTrue(found.isPresent(), "needs chromium or google-chrome on the PATH");
        browser = found.get();
    }

    @Test
    void everySectionIsDrawn() throws Exception {
        EvaluationReport report = SampleReport.of(SampleReport.numberedLabels(10), 1000, SampleReport.run(60));
        HeadlessBrowser.Visit visit = browser.visit(ReportPage.of(report, SampleReport.thumbnails(report)), "", folder);
        assertThat(visit.console()).isEmpty();
        for (String section : List.of(
                "confusions",
                "classes",
                "mistakes",
                "labels",
                "confidence",
                "curves",
                "slices",
                "comparison",
                "training",
                "provenance")) {
            assertThat(visit.dom()).contains("<section id=\"" + section + "\"");
        }
        assertThat(visit.dom()).contains("Top-1 accuracy", "images were recognised", "run-7/round-000042");
        assertThat(count(visit.dom(), "<svg"))
                .as("charts: 5 of the run, 2 of confidence, 2 of ranking")
                .isEqualTo(9);
        assertThat(count(visit.dom(), "<summary>Show as a table")).isEqualTo(10);
    }

    @Test
    void labelsOfAnyKindAreShownAndNeverParsed() throws Exception {
        EvaluationReport report = SampleReport.of(SampleReport.HOSTILE_LABELS, 1000, RunCurves.NONE);
        String script = probe("""
                result.labels = [...document.querySelectorAll("#classes tbody th")].map((head) => head.textContent);
                result.images = document.querySelectorAll("img[src=x]").length;
                result.scripts = document.querySelectorAll("main script").length;
                result.title = document.title;
                """);
        HeadlessBrowser.Visit visit = browser.visit(ReportPage.of(report, Thumbnails.none()), script, folder);
        assertThat(visit.console()).isEmpty();
        Map<String, Object> result = result(visit);
        assertThat((List<?>) result.get("labels")).asList().containsAll(SampleReport.HOSTILE_LABELS);
        assertThat(result).containsEntry("images", 0).containsEntry("scripts", 0);
        assertThat(result.get("title")).isEqualTo("cifar-resnet20 on sample, test");
    }

    @Test
    void aCellOfTheMatrixShowsItsImages() throws Exception {
        EvaluationReport report = SampleReport.of(SampleReport.numberedLabels(10), 1000, RunCurves.NONE);
        String script = probe("""
                const cells = [...document.querySelectorAll(".matrix button")];
                const target = cells[0 * 10 + 3];
                target.click();
                result.title = document.querySelector(".panel h3").textContent;
                result.pressed = cells.filter((cell) => cell.getAttribute("aria-pressed") === "true").length;
                result.images = document.querySelectorAll(".panel img").length;
                cells[0].focus();
                for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowLeft"]) {
                  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
                }
                result.focused = cells.indexOf(document.activeElement);
                result.stops = cells.filter((cell) => cell.tabIndex === 0).length;
                """);
        HeadlessBrowser.Visit visit =
                browser.visit(ReportPage.of(report, SampleReport.thumbnails(report)), script, folder);
        long expected = report.findings().mistakes().stream()
                .filter(mistake ->
                        mistake.label().equals("class 0") && mistake.predicted().equals("class 3"))
                .count();
        assertThat(expected).as("the sample must have such mistakes").isPositive();
        assertThat(result(visit))
                .containsEntry("title", "“class 0” taken for “class 3”")
                .containsEntry("pressed", 1)
                .containsEntry("images", Math.toIntExact(expected))
                .containsEntry("focused", 10)
                .containsEntry("stops", 1);
    }

    @Test
    void tablesSortAndCurvesCanBeChosen() throws Exception {
        EvaluationReport report = SampleReport.of(SampleReport.numberedLabels(10), 1000, RunCurves.NONE);
        String script = probe("""
                const first = () => document.querySelector("#classes tbody th").textContent;
                const head = (i) => document.querySelectorAll("#classes thead th")[i];
                head(0).querySelector("button").click();
                result.ascending = first();
                head(0).querySelector("button").click();
                result.descending = first();
                result.sorted = head(0).getAttribute("aria-sort");
                const chips = [...document.querySelectorAll(".chips input")];
                const curves = () => document.querySelectorAll("#curves svg path").length;
                const before = curves();
                chips.at(-1).click();
                result.more = curves() > before;
                """);
        HeadlessBrowser.Visit visit = browser.visit(ReportPage.of(report, Thumbnails.none()), script, folder);
        assertThat(result(visit))
                .containsEntry("ascending", "class 0")
                .containsEntry("descending", "class 9")
                .containsEntry("sorted", "descending")
                .containsEntry("more", true);
    }

    @Test
    void aThousandClassesStaySmallAndUsable() throws Exception {
        EvaluationReport report = SampleReport.of(SampleReport.numberedLabels(1000), 20_000, SampleReport.run(20_000));
        String page = ReportPage.of(report, SampleReport.thumbnails(report));
        assertThat(page.length()).isLessThan(10_000_000);
        String script = probe("""
                result.matrix = document.querySelectorAll(".matrix").length;
                const pairs = document.querySelectorAll(".worst button");
                result.pairs = pairs.length;
                pairs[5].click();
                result.chosen = document.querySelector(".panel h3").textContent.includes("taken for");
                const search = document.querySelector("input[type=search]");
                search.value = "CLASS 99";
                search.dispatchEvent(new Event("input"));
                result.found = document.querySelectorAll("#classes .scroll:first-child tbody tr").length;
                """);
        HeadlessBrowser.Visit visit = browser.visit(page, script, folder);
        assertThat(visit.console()).isEmpty();
        assertThat(result(visit))
                .containsEntry("matrix", 0)
                .containsEntry("pairs", 100)
                .containsEntry("chosen", true)
                .containsEntry("found", 11);
    }

    @Test
    void aRunInProgressShowsItsCurves() throws Exception {
        String page = ReportPage.ofRun(TrainingStatus.RUNNING, SampleReport.run(30), Map.of("batch size", "128"), 20);
        HeadlessBrowser.Visit visit = browser.visit(page, "", folder);
        assertThat(visit.console()).isEmpty();
        assertThat(header(visit)).contains("Training in progress", "Round 30");
        assertThat(visit.dom()).contains("http-equiv=\"refresh\"", "batch size");
        assertThat(count(visit.dom(), "<svg")).isEqualTo(5);
        // Before the first round there is nothing to draw, and still a page.
        HeadlessBrowser.Visit early = browser.visit(
                ReportPage.ofRun(TrainingStatus.RUNNING, new RunCurves("run-8", 3, List.of(), List.of()), Map.of(), 20),
                "",
                folder);
        assertThat(early.console()).isEmpty();
        assertThat(header(early)).contains("The first averaging round is under way.");
    }

    @ParameterizedTest
    @CsvSource({
        "DONE,Training done,Trained 30 rounds",
        "DIVERGED,Training diverged,The loss exploded after round 30",
        "FAILED,Training failed,continue it with --resume"
    })
    void aRunThatEndedSaysHowAndReloadsNoMore(TrainingStatus status, String title, String summary) throws Exception {
        HeadlessBrowser.Visit visit =
                browser.visit(ReportPage.ofRun(status, SampleReport.run(30), Map.of(), 20), "", folder);
        assertThat(visit.console()).isEmpty();
        assertThat(visit.dom()).doesNotContain("http-equiv=\"refresh\"");
        assertThat(header(visit)).contains(title, summary);
        assertThat(header(visit).contains("role=\"progressbar\"")).isEqualTo(status != TrainingStatus.DONE);
        HeadlessBrowser.Visit early = browser.visit(
                ReportPage.ofRun(status, new RunCurves("run-8", 3, List.of(), List.of()), Map.of(), 20), "", folder);
        assertThat(early.console()).isEmpty();
        assertThat(header(early)).contains(title).doesNotContain("under way");
    }

    /** What is drawn at the top, without the scripts, which contain all texts. */
    private static String header(HeadlessBrowser.Visit visit) {
        String dom = visit.dom();
        int start = dom.indexOf("<header id=\"top\"");
        return dom.substring(start, dom.indexOf("</header>", start));
    }

    /** Steps that run once the page is drawn and leave what they saw in the document. */
    private static String probe(String steps) {
        return "setTimeout(() => { const result = {};\n" + steps
                + "\nconst box = document.createElement('pre'); box.id = 'probe';"
                + " box.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(result))));"
                + " document.body.append(box); }, 1000);";
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> result(HeadlessBrowser.Visit visit) throws Exception {
        assertThat(visit.console()).isEmpty();
        String marker = "<pre id=\"probe\">";
        assertThat(visit.dom()).contains(marker);
        int start = visit.dom().indexOf(marker) + marker.length();
        byte[] json = java.util.Base64.getDecoder()
                .decode(visit.dom().substring(start, visit.dom().indexOf("</pre>", start)));
        return new com.fasterxml.jackson.databind.ObjectMapper().readValue(json, Map.class);
    }

    private static int count(String text, String part) {
        return (text.length() - text.replace(part, "").length()) / part.length();
    }
}
