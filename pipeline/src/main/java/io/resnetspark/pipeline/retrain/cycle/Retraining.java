package io.resnetspark.pipeline.retrain.cycle;

import io.resnetspark.pipeline.retrain.CyclePlan;
import io.resnetspark.pipeline.retrain.CycleSummary;
import io.resnetspark.pipeline.retrain.IncomingBatch;
import io.resnetspark.pipeline.retrain.IncomingFolder;
import io.resnetspark.pipeline.retrain.Ledger;
import io.resnetspark.pipeline.retrain.Portion;
import io.resnetspark.pipeline.retrain.RetrainConfig;
import io.resnetspark.pipeline.retrain.RetrainContext;
import io.resnetspark.pipeline.retrain.RetrainSettings;
import io.resnetspark.pipeline.retrain.RetrainStep;
import io.resnetspark.pipeline.retrain.cycle.CycleResults.Challenger;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Finding;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Harm;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Keep;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Verdict;
import io.resnetspark.pipeline.retrain.step.AssessData;
import io.resnetspark.pipeline.retrain.step.Assessment;
import io.resnetspark.pipeline.retrain.step.DecideResult;
import io.resnetspark.pipeline.retrain.step.JudgeModels;
import io.resnetspark.pipeline.retrain.step.JudgeModels.JudgeResult;
import io.resnetspark.pipeline.retrain.step.PrepareBatches;
import io.resnetspark.pipeline.retrain.step.PrepareResult;
import io.resnetspark.pipeline.retrain.step.RegisterDecision;
import io.resnetspark.pipeline.retrain.step.RegisterResult;
import io.resnetspark.pipeline.retrain.step.TrainChallenger;
import io.resnetspark.pipeline.retrain.step.TrainResult;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.Lease;
import io.resnetspark.pipeline.storage.LeaseLock;
import io.resnetspark.pipeline.storage.LeaseLostException;
import io.resnetspark.pipeline.training.TrainingListener;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A retraining: takes the lock, looks for new batches, and goes through the steps of a cycle. Each step's result is a
 * file that appears when the step is done, so a run that was killed goes on where it stood; nothing new means nothing
 * done.
 */
public final class Retraining {

    private static final Logger LOG = LoggerFactory.getLogger(Retraining.class);
    private static final Duration POLL = Duration.ofSeconds(1);

    private final RetrainContext context;
    private final StepListener listener;
    private final List<TrainingListener> trainingListeners;
    private final WorkDirectory work;

    private Retraining(RetrainContext context, StepListener listener, List<TrainingListener> trainingListeners) {
        this.context = context;
        this.listener = listener;
        this.trainingListeners = trainingListeners;
        this.work = new WorkDirectory(context.config().places().work(), context.hadoop());
    }

    /**
     * Continues the cycle that was begun, or begins one if there are new batches.
     *
     * @param spark a session with Delta, whose Hadoop configuration names the registry
     * @param software versions of what runs, for provenance
     * @param trainingListeners hear of the challenger's training
     * @throws LeaseLostException if another run took the lock over; what it had begun, the other continues
     */
    public static RetrainOutcome run(
            SparkSession spark,
            RetrainSettings settings,
            Map<String, String> software,
            StepListener listener,
            List<TrainingListener> trainingListeners) {
        return new Retraining(new RetrainContext(spark, settings, software), listener, trainingListeners).run();
    }

    private RetrainOutcome run() {
        LeaseLock lock = LeaseLock.in(work.lock(), context.config().lock().lease());
        Optional<Lease> lease = acquire(lock);
        if (lease.isEmpty()) {
            return new RetrainOutcome.Locked(lock.holder().orElse("somebody who has just given it back"));
        }
        try (Lease held = lease.get()) {
            Optional<CyclePlan> open = work.openCycle().map(this::withWhatCameSince);
            Optional<CyclePlan> plan = open.or(this::begin);
            if (plan.isEmpty()) {
                return new RetrainOutcome.NothingNew(nothingNew());
            }
            LOG.info(
                    "{} cycle {}",
                    open.isPresent() ? "Continuing" : "Beginning",
                    plan.get().number());
            return new RetrainOutcome.Finished(cycle(plan.get(), held));
        }
    }

    private Optional<Lease> acquire(LeaseLock lock) {
        Instant end = Instant.now().plus(context.config().lock().patience());
        Optional<Lease> lease = lock.tryAcquire();
        while (lease.isEmpty() && Instant.now().isBefore(end)) {
            try {
                Thread.sleep(POLL.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
            lease = lock.tryAcquire();
        }
        return lease;
    }

    private Optional<CyclePlan> begin() {
        Ledger ledger = work.ledger();
        Optional<CyclePlan> plan =
                plan(context.config(), ledger, new IncomingFolder(context.config(), context.hadoop()));
        plan.ifPresent(work::begin);
        return plan;
    }

    /**
     * Until its batches are prepared, a cycle also takes those that arrive: one whose batches made no dataset must not
     * stand in the way of better ones.
     */
    private CyclePlan withWhatCameSince(CyclePlan plan) {
        if (work.steps(plan.number()).isDone(RetrainStep.PREPARE)) {
            return plan;
        }
        List<IncomingBatch> now = work.ledger()
                .newAmong(
                        new IncomingFolder(context.config(), context.hadoop()).scan(),
                        context.config().intake().release());
        CyclePlan extended = plan.with(now);
        work.begin(extended);
        return extended;
    }

    /** What a new cycle would be about; empty if there is nothing new. */
    static Optional<CyclePlan> plan(RetrainConfig config, Ledger ledger, IncomingFolder incoming) {
        List<IncomingBatch> batches =
                ledger.newAmong(incoming.scan(), config.intake().release());
        List<Integer> released = ledger.releasedBy(config.intake().release()).stream()
                .map(Portion::version)
                .toList();
        return batches.isEmpty() && released.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new CyclePlan(ledger.lastCycle() + 1, UUID.randomUUID().toString(), now(), batches, released));
    }

    private String nothingNew() {
        Ledger ledger = work.ledger();
        return ledger.cycles().isEmpty()
                ? "%s holds no batch yet".formatted(context.config().intake().incoming())
                : "Nothing new in %s since cycle %d; the champion of %s is %s"
                        .formatted(
                                context.config().intake().incoming(),
                                ledger.lastCycle(),
                                context.config().places().model(),
                                context.champion()
                                        .map(version -> "version " + version)
                                        .orElse("none"));
    }

    private CycleSummary cycle(CyclePlan plan, Lease lease) {
        Ledger ledger = work.ledger();
        CycleSteps steps = work.steps(plan.number());
        AtomicStore cycle = steps.store();
        Steps run = new Steps(steps, lease);
        PrepareResult prepared =
                run.step(RetrainStep.PREPARE, PrepareResult.class, () -> new PrepareBatches(context, ledger).run(plan));
        Assessment assessment = run.step(
                RetrainStep.ASSESS, Assessment.class, () -> new AssessData(context, ledger).run(plan, prepared));
        Optional<Challenger> challenger = Optional.empty();
        if (assessment.verdict() == Assessment.Verdict.TRAIN) {
            challenger = Optional.of(challenge(plan, ledger, cycle, run, prepared, assessment));
        }
        Optional<Challenger> judged = challenger;
        RegisterResult registered = run.step(
                RetrainStep.REGISTER, RegisterResult.class, () -> register(plan, cycle, assessment, judged, lease));
        CycleResults results = new CycleResults(plan, prepared, assessment, challenger, registered);
        List<Portion> portions = results.portions(context.config().intake().release());
        CycleSummary summary = run.step(RetrainStep.REPORT, CycleSummary.class, () -> {
            CycleSummary written = results.summary(
                    context.config().places().model(),
                    now(),
                    portions,
                    cycle.path(RetrainPages.PAGE).toString());
            RetrainPages.writeCycle(cycle, results, written);
            return written;
        });
        run.step(RetrainStep.RECORD, CycleSummary.class, () -> {
            if (ledger.lastCycle() < plan.number()) {
                work.writeLedger(ledger.after(prepared.testSet(), results.seen(), portions, summary));
            }
            RetrainPages.writeHistory(work.store(), context.config().places().model(), work.ledger());
            return summary;
        });
        run.step(RetrainStep.NOTIFY, Notification.Sent.class, () -> new Notification(
                        context.config().webhook())
                .send(summary));
        return summary;
    }

    private Challenger challenge(
            CyclePlan plan,
            Ledger ledger,
            AtomicStore cycle,
            Steps run,
            PrepareResult prepared,
            Assessment assessment) {
        TrainResult trained = run.step(
                RetrainStep.TRAIN, TrainResult.class, () -> new TrainChallenger(context, ledger, trainingListeners)
                        .run(plan, cycle, prepared, assessment));
        if (trained.divergence().isPresent()) {
            Finding diverged = new Finding(
                    "training",
                    Verdict.BROKEN,
                    "a finite loss",
                    trained.divergence().get());
            return new Challenger(trained, Optional.empty(), new Keep(List.of(diverged), Harm.NONE));
        }
        JudgeResult judged = run.step(RetrainStep.EVALUATE, JudgeResult.class, () -> new JudgeModels(context, prepared)
                .run(cycle, assessment, trained));
        PromotionDecision decision = run.step(
                        RetrainStep.DECIDE,
                        DecideResult.class,
                        () -> new DecideResult(context.config().promotion().decide(judged.evidence())))
                .decision();
        return new Challenger(trained, Optional.of(judged), decision);
    }

    private RegisterResult register(
            CyclePlan plan, AtomicStore cycle, Assessment assessment, Optional<Challenger> challenger, Lease lease) {
        return challenger
                .filter(judged -> judged.judged().isPresent())
                .map(judged -> new RegisterDecision(context, lease::check)
                        .run(
                                plan,
                                cycle,
                                assessment,
                                judged.trained(),
                                judged.judged().get(),
                                judged.decision()))
                .orElse(RegisterResult.NOTHING);
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Does each step once, and nothing as a holder whose lease is lost. */
    private final class Steps {

        private final CycleSteps results;
        private final Lease lease;

        Steps(CycleSteps results, Lease lease) {
            this.results = results;
            this.lease = lease;
        }

        <T> T step(RetrainStep step, Class<T> type, Supplier<T> work) {
            Optional<T> earlier = results.result(step, type);
            if (earlier.isPresent()) {
                return earlier.get();
            }
            lease.check();
            listener.started(step);
            T result = work.get();
            listener.worked(step);
            lease.check();
            results.done(step, result);
            listener.done(step);
            return result;
        }
    }
}
