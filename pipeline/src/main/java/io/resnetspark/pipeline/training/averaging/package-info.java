/** A round: what workers trained is cut into slices, sent, averaged and given back; momentum over rounds. */
package io.resnetspark.pipeline.training.averaging;
