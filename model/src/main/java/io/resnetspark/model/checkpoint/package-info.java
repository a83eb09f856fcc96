/** What a model is on disk: weights with torchvision's keys, and everything needed to use or continue them. */
@NullMarked
package io.resnetspark.model.checkpoint;

import org.jspecify.annotations.NullMarked;
