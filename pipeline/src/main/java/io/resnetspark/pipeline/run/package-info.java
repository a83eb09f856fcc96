/** The directory a training leaves behind: manifest, metrics, checkpoints. */
package io.resnetspark.pipeline.run;
