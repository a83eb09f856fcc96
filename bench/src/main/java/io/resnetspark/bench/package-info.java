/** Benchmarks: this project next to stock DL4J and PyTorch, side by side in one run. Not part of the application. */
package io.resnetspark.bench;
