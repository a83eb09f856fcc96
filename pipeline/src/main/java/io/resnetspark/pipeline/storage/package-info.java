/** Files and directories that appear whole or not at all, on any Hadoop file system. */
package io.resnetspark.pipeline.storage;
