/** The labelled images that {@code resnet quickstart} makes for itself, so that it needs no input. */
package io.resnetspark.jobs.quickstart;
