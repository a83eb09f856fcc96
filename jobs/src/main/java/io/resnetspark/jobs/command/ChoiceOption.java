package io.resnetspark.jobs.command;

/** A {@link SectionOption} that replaces its section as a whole: what another choice had set does not stay behind. */
interface ChoiceOption extends SectionOption {}
