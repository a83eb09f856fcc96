/** Who runs how many steps when: warm-up, interleaved repetitions, and the time they may take. */
package io.resnetspark.bench.schedule;
