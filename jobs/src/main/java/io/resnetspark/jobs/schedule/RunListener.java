package io.resnetspark.jobs.schedule;

/** Hears of runs as they start and end. Called from the thread of the run; must be quick and must not throw. */
interface RunListener {

    void started(Run run);

    /** @param run ended, or missed without ever starting */
    void ended(Run run);
}
