package io.resnetspark.jobs.schedule;

import io.resnetspark.jobs.schedule.Firing.Cause;
import io.resnetspark.model.error.ConfigurationException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.quartz.CronTrigger;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.TriggerKey;
import org.quartz.impl.StdSchedulerFactory;
import org.quartz.listeners.TriggerListenerSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs at their times. Quartz keeps the times, in memory; what must outlive a restart is the history. When the
 * scheduler starts, each job's trigger begins where its history ends, so times that passed meanwhile are Quartz's misfires
 * and go by the job's {@link Misfire}.
 */
final class JobScheduler implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(JobScheduler.class);

    /** Beyond this, missed times are not counted one by one. */
    private static final int MISSED_COUNTED = 100_000;

    private final ScheduleConfig config;
    private final Map<String, ScheduledJob> jobs;
    private final RunHistory history;
    private final JobRunner runner;
    private final JobLock lock;
    private final Scheduler quartz;
    /** Writes down what was missed. Quartz tells of it on its own thread, which it interrupts when it stops. */
    private final ExecutorService notes = Executors.newSingleThreadExecutor();

    /** The first missed time of jobs whose making up is about to start. */
    private final Map<String, Instant> missedSince = new ConcurrentHashMap<>();

    /**
     * @throws ConfigurationException if another scheduler has this history
     */
    JobScheduler(ScheduleConfig config, RunHistory history, JobRunner runner) {
        this.config = config;
        this.history = history;
        this.runner = runner;
        this.jobs = config.jobs().stream().collect(Collectors.toMap(ScheduledJob::name, Function.identity()));
        // No job has this name: they have no dots.
        this.lock = JobLock.tryTake(history, ".scheduler")
                .orElseThrow(() -> new ConfigurationException(
                        "Another scheduler uses the history in %s; stop it, or give this one a schedule.history.path of its own"
                                .formatted(history.folder())));
        try {
            quartz = new StdSchedulerFactory(settings()).getScheduler();
            quartz.setJobFactory((fired, scheduler) -> new Fire());
            quartz.getListenerManager().addTriggerListener(new Misfires());
        } catch (SchedulerException e) {
            lock.close();
            throw new IllegalStateException("Cannot set up Quartz", e);
        }
    }

    private Properties settings() {
        Properties settings = new Properties();
        settings.setProperty("org.quartz.scheduler.instanceName", "resnet-" + UUID.randomUUID());
        settings.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        settings.setProperty("org.quartz.threadPool.threadCount", Integer.toString(config.parallel()));
        settings.setProperty("org.quartz.threadPool.threadNamePrefix", "run");
        settings.setProperty("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
        settings.setProperty(
                "org.quartz.jobStore.misfireThreshold",
                Long.toString(config.misfireAfter().toMillis()));
        return settings;
    }

    /** Begins. Times that have passed since the last scheduler's are made up for or noted, as each job wants. */
    void start() {
        try {
            for (ScheduledJob job : config.jobs()) {
                Instant now = Instant.now();
                settle(job);
                Instant accounted = history.accountedUntil(job, now);
                quartz.scheduleJob(detail(job), trigger(job, accounted));
            }
            quartz.start();
        } catch (SchedulerException e) {
            throw new IllegalStateException("Cannot start Quartz", e);
        }
    }

    /** Ends the records of runs that a former scheduler left behind, now or when they end. */
    private void settle(ScheduledJob job) {
        Optional<JobLock> free = JobLock.tryTake(history, job.name());
        if (free.isPresent()) {
            try (JobLock taken = free.get()) {
                history.settle(job.name()).flatMap(Run::liveProcess).ifPresent(orphan -> {
                    Future<?> unused = orphan.onExit().thenRun(() -> settle(job));
                });
            }
        }
    }

    private static JobDetail detail(ScheduledJob job) {
        return JobBuilder.newJob(Fire.class).withIdentity(job.name()).build();
    }

    private static Trigger trigger(ScheduledJob job, Instant accounted) {
        FireTimesTrigger trigger = new FireTimesTrigger(job.fireTimes());
        trigger.setKey(new TriggerKey(job.name()));
        trigger.setJobKey(new JobKey(job.name()));
        // Quartz counts from one second before.
        trigger.setStartTime(Date.from(accounted.plus(Duration.ofSeconds(1))));
        trigger.setMisfireInstruction(
                switch (job.misfirePolicy()) {
                    case RUN_ONCE -> CronTrigger.MISFIRE_INSTRUCTION_FIRE_ONCE_NOW;
                    case SKIP -> CronTrigger.MISFIRE_INSTRUCTION_DO_NOTHING;
                });
        return trigger;
    }

    /** Whether times are being kept. */
    boolean isUp() {
        try {
            return quartz.isStarted() && !quartz.isInStandbyMode() && !quartz.isShutdown();
        } catch (SchedulerException e) {
            return false;
        }
    }

    /** Starts nothing more, ends what runs (SIGTERM, the grace, SIGKILL), and returns when all of it is kept. */
    @Override
    public void close() {
        try {
            quartz.standby();
            runner.stop();
            quartz.shutdown(true);
            notes.shutdown();
            if (!notes.awaitTermination(1, TimeUnit.MINUTES)) {
                LOGGER.error("What was missed could not be noted within a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SchedulerException e) {
            throw new IllegalStateException("Cannot stop Quartz", e);
        } finally {
            lock.close();
        }
    }

    /** The times of the job from one it missed until now, as one occasion. */
    private static Firing missed(ScheduledJob job, Instant first) {
        Instant now = Instant.now();
        Instant last = first;
        int count = 1;
        Optional<Instant> next = job.fireTimes().after(first).map(fire -> fire.toInstant());
        while (next.isPresent() && !next.get().isAfter(now) && count < MISSED_COUNTED) {
            last = next.get();
            count++;
            next = job.fireTimes().after(last).map(fire -> fire.toInstant());
        }
        return new Firing(Cause.MISFIRE, Optional.of(last), count);
    }

    /** One time that came. */
    @DisallowConcurrentExecution
    private final class Fire implements Job {

        @Override
        public void execute(JobExecutionContext context) throws JobExecutionException {
            ScheduledJob job = jobs.get(context.getJobDetail().getKey().getName());
            Instant first = missedSince.remove(job.name());
            Firing firing = first == null
                    ? new Firing(
                            Cause.CRON,
                            Optional.of(context.getScheduledFireTime().toInstant()),
                            0)
                    : missed(job, first);
            try {
                runner.runWhenFree(job, firing);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                // For example a full disk: the next time may do better, and the health page tells meanwhile.
                LOGGER.error("{} could not run: {}", job.name(), e.getMessage(), e);
                throw new JobExecutionException(e);
            }
        }
    }

    private final class Misfires extends TriggerListenerSupport {

        @Override
        public String getName() {
            return "misfires";
        }

        @Override
        public void triggerMisfired(Trigger trigger) {
            ScheduledJob job = jobs.get(trigger.getJobKey().getName());
            Instant first = trigger.getNextFireTime().toInstant();
            switch (job.misfirePolicy()) {
                case RUN_ONCE -> missedSince.putIfAbsent(job.name(), first);
                case SKIP -> notes.execute(() -> note(job, first));
            }
        }

        private void note(ScheduledJob job, Instant first) {
            Firing missed = missed(job, first);
            String why = missed.missedFires() == 1
                    ? "Its time passed while it could not start."
                    : "%,d times passed while it could not start.".formatted(missed.missedFires());
            try {
                runner.missed(job, missed, why);
            } catch (RuntimeException e) {
                // The next scheduler finds them missed once more.
                LOGGER.error("Could not note what {} missed: {}", job.name(), e.getMessage(), e);
            }
        }
    }
}
