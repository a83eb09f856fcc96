/** Pages that are one file: style, scripts and data inside, nothing fetched. */
package io.resnetspark.pipeline.page;
