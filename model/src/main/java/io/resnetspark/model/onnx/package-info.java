/** Networks written as ONNX, for ONNX Runtime and whatever else reads it. */
package io.resnetspark.model.onnx;
