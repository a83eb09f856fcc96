/** The residual blocks of He et al. and their plain twins, appended to a graph under torchvision's names. */
package io.resnetspark.model.block;
