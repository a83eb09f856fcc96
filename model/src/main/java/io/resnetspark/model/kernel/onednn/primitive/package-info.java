/** oneDNN's primitives and what one layer takes of them. */
package io.resnetspark.model.kernel.onednn.primitive;
