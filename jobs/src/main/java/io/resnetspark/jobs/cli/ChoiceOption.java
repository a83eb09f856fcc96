package io.resnetspark.jobs.cli;

/** A {@link SectionOption} that replaces its section as a whole: what another choice had set does not stay behind. */
public interface ChoiceOption extends SectionOption {}
