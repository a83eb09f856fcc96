/** What a model is on disk: weights with torchvision's keys, and everything needed to use or continue them. */
package io.resnetspark.model.checkpoint;
