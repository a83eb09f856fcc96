/** Running a network over many images: batches inside a task, and prediction over whole folders and tables. */
package io.resnetspark.pipeline.inference;
