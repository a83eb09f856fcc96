/** Every kernel of a training step with its time, next to what the processor can do at most. */
package io.resnetspark.bench.primitive;
