/** Models that classify in 8-bit integers, made with images of a prepared dataset. */
package io.resnetspark.pipeline.quantization;
