package io.resnetspark.jobs.doctor;

/**
 * One thing looked at.
 *
 * @param subject for example {@code Java}
 * @param verdict whether it will do
 * @param found what is there
 * @param advice what to change; empty if nothing
 */
public record Finding(String subject, Verdict verdict, String found, String advice) {

    /** Whether what was found will do. */
    public enum Verdict {
        OK,
        /** Works, but slower or less safely than it could. */
        NOTE,
        /** Commands will fail. */
        PROBLEM
    }

    static Finding ok(String subject, String found) {
        return new Finding(subject, Verdict.OK, found, "");
    }

    static Finding note(String subject, String found, String advice) {
        return new Finding(subject, Verdict.NOTE, found, advice);
    }

    static Finding problem(String subject, String found, String advice) {
        return new Finding(subject, Verdict.PROBLEM, found, advice);
    }
}
