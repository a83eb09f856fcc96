/** Side-by-side benchmarks against stock DL4J and PyTorch through DJL; not shipped in the application jar. */
package io.resnetspark.bench;
