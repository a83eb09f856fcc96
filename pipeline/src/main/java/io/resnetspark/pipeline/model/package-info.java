/** Models wherever they are named: runs, weights files, exported models. */
package io.resnetspark.pipeline.model;
