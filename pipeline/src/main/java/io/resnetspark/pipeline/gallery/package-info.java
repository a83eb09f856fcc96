/** Pages that show networks: the graph with its stages and blocks, shapes, parameters and work. */
package io.resnetspark.pipeline.gallery;
