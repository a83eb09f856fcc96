/** What tasks compute on: the processor, or the GPU that Spark gives them. */
package io.resnetspark.pipeline.device;
