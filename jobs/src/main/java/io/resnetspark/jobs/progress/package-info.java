/** How far a long command is: a pure model, and the two ways to show it. */
package io.resnetspark.jobs.progress;
