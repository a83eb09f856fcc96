/** Single primitives of the networks, measured by JMH next to what the machine can do at most. */
package io.resnetspark.bench.primitive;
